package io.elasticjob.benchmarks.capacity;

/**
 * Bytes of ZooKeeper's requests, answers, log entries and proposals, as its {@code zookeeper.jute} says. Arguments are
 * lengths of paths and of data.
 */
final class Wire {

    private static final int INT = 4;
    private static final int LONG = 8;
    private static final int BOOLEAN = 1;

    /** Length, number and kind of a request. */
    static final int REQUEST = 3 * INT;
    /** Length, number, transaction id and error of an answer. */
    static final int ANSWER = 3 * INT + LONG;
    /** Kind, end mark and error before each part of a multi, and once more at its end. */
    static final int PART = 2 * INT + BOOLEAN;
    /** Of a node: transaction ids, times, owner, versions, length, number of children. */
    static final int STAT = 6 * LONG + 5 * INT;
    /** Checksum, length and end mark of an entry in the log. */
    static final int LOG_ENTRY = LONG + INT + BOOLEAN;
    /** Kind, transaction id, length and authentication of what servers send one another. */
    static final int PACKET = 3 * INT + LONG;
    /** Session, number, transaction id, time, kind; number of parts; version and value of the tree's digest. */
    private static final int TRANSACTION = 4 * LONG + 4 * INT;
    /** Kind and length of a part of a transaction in the log. */
    private static final int LOGGED_PART = 2 * INT;
    /** Number of entries, then rights, scheme and id of "world:anyone". */
    private static final int ACL = 2 * INT + INT + 5 + INT + 6;

    private Wire() {}

    /** Nothing but a sign of life. */
    static Traffic ping() {
        return new Traffic(0, 0, 0, 0, 0, REQUEST, ANSWER, 0);
    }

    /** A transaction that is still empty. */
    static Traffic transaction() {
        return new Traffic(1, 1, 0, 0, 0, REQUEST + PART, ANSWER + PART, LOG_ENTRY + TRANSACTION);
    }

    static Traffic check(int path) {
        return new Traffic(0, 0, 0, 1, 0, PART + text(path) + INT, PART, LOGGED_PART + text(path) + INT);
    }

    static Traffic put(int path, int data) {
        int body = text(path) + text(data) + INT;
        return new Traffic(0, 0, 1, 0, 0, PART + body, PART + STAT, LOGGED_PART + body);
    }

    static Traffic create(int path, int data) {
        int body = text(path) + text(data) + ACL + INT;
        return new Traffic(0, 0, 1, 0, 0, PART + body, PART + text(path), LOGGED_PART + body + BOOLEAN);
    }

    static Traffic delete(int path) {
        return new Traffic(0, 0, 1, 0, 0, PART + text(path) + INT, PART, LOGGED_PART + text(path));
    }

    /** The reads of some nodes in one request. */
    static Traffic read(double nodes, int path, int data) {
        return new Traffic(
                1,
                0,
                0,
                0,
                nodes,
                REQUEST + PART + nodes * (PART + text(path) + BOOLEAN),
                ANSWER + PART + nodes * (PART + text(data) + STAT),
                0);
    }

    /** The names of a node's children. */
    static Traffic children(int path, double names, int name) {
        return new Traffic(1, 0, 0, 0, 0, REQUEST + text(path) + BOOLEAN, ANSWER + INT + names * text(name), 0);
    }

    /** A node is read, or watched, by itself. */
    static Traffic readOne(int path, int data) {
        return new Traffic(1, 0, 0, 0, 1, REQUEST + text(path) + BOOLEAN, ANSWER + text(data) + STAT, 0);
    }

    static Traffic watch(int path) {
        return new Traffic(1, 0, 0, 0, 0, REQUEST + text(path) + INT, ANSWER + INT, 0);
    }

    static Traffic sync() {
        return new Traffic(1, 0, 0, 0, 0, REQUEST + text(1), ANSWER + text(1), 0);
    }

    /** Told to one who watches, without being asked: kind, state and path. */
    static Traffic event(int path) {
        return new Traffic(0, 0, 0, 0, 0, 0, ANSWER + 2 * INT + text(path), 0);
    }

    /** A session begins or ends. */
    static Traffic session() {
        return new Traffic(1, 1, 0, 0, 0, 49, 41, LOG_ENTRY + TRANSACTION);
    }

    private static int text(int length) {
        return INT + length;
    }
}
