package io.elasticjob.memory;

import io.elasticjob.RegistryException;
import io.elasticjob.memory.Tree.Node;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Answer.Reason;
import io.elasticjob.registry.Answer.Written;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.registry.Write.Life;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One transaction on its way into the tree: writes see those before them, and all are taken back when one is refused. */
final class Transaction {

    /** A write that was refused. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        Refusal(Reason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }
    }

    private final Tree tree;
    private final long zxid;
    private final Instant at;
    private final List<String> touched = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();

    Transaction(Tree tree, long zxid, Instant at) {
        this.tree = tree;
        this.zxid = zxid;
        this.at = at;
    }

    /** What watches ring for, in the order of the writes. */
    List<Change> changes() {
        return List.copyOf(changes);
    }

    Answer write(String session, List<Write> writes) {
        List<Written> results = new ArrayList<>();
        try {
            for (Write write : writes) {
                results.add(written(session, write));
            }
            return new Answer.Committed(List.copyOf(results));
        } catch (Refusal refusal) {
            takeBack();
            return new Answer.Refused(results.size(), refusal.reason);
        } catch (RegistryException invalid) {
            takeBack();
            throw invalid;
        }
    }

    /** Removes a node, whatever its version. Its children must be gone. */
    void remove(String path) {
        Node node = tree.at(path, Tree.LATEST);
        if (node != null) {
            set(path, null);
            counted(Tree.parent(path), 0, -1);
            changes.add(new Change(zxid, path, Node.read(node), Node.read(null)));
        }
    }

    private Written written(String session, Write write) throws Refusal {
        if (write instanceof Write.Create create) {
            return new Written(create(session, create), Optional.empty());
        }
        if (write instanceof Write.Put put) {
            Node node = present(put.path(), put.version());
            Stat stat = node.stat();
            Stat next = new Stat(
                    stat.created(),
                    zxid,
                    stat.version() + 1,
                    stat.createdAt(),
                    at,
                    stat.children(),
                    stat.childrenMade());
            Node changed = new Node(put.data().clone(), next, node.owner());
            set(put.path(), changed);
            changes.add(new Change(zxid, put.path(), Node.read(node), Node.read(changed)));
            return new Written(put.path(), Optional.of(next));
        }
        if (write instanceof Write.Delete delete) {
            present(delete.path(), delete.version());
            if (!tree.children(delete.path(), Tree.LATEST).isEmpty()) {
                throw new Refusal(Reason.NOT_EMPTY);
            }
            remove(delete.path());
        } else if (write instanceof Write.Check check) {
            present(check.path(), check.version());
        }
        return new Written(write.path(), Optional.empty());
    }

    private String create(String session, Write.Create create) throws Refusal {
        String parentPath = Tree.parent(create.path());
        Node parent = tree.at(parentPath, Tree.LATEST);
        if (parent == null) {
            throw new Refusal(Reason.ABSENT);
        }
        String path = create.life() == Life.SEQUENTIAL
                ? create.path()
                        + String.format(Locale.ROOT, "%010d", parent.stat().childrenMade())
                : create.path();
        if (tree.at(path, Tree.LATEST) != null) {
            throw new Refusal(Reason.PRESENT);
        }
        if (parent.owner() != null) {
            throw new RegistryException(parentPath + " is ephemeral and can have no children; nothing was written");
        }
        counted(parentPath, 1, 1);
        String owner = create.life() == Life.EPHEMERAL ? session : null;
        Node node = new Node(create.data().clone(), new Stat(zxid, zxid, 0, at, at), owner);
        set(path, node);
        changes.add(new Change(zxid, path, Node.read(null), Node.read(node)));
        return path;
    }

    /** Counts a child that came or went; nobody who watches the parent hears of it. */
    private void counted(String parentPath, int born, int more) {
        Node parent = tree.at(parentPath, Tree.LATEST);
        if (parent != null) {
            set(parentPath, new Node(parent.data(), parent.stat().withChildren(born, more), parent.owner()));
        }
    }

    private Node present(String path, int version) throws Refusal {
        Node node = tree.at(path, Tree.LATEST);
        if (node == null) {
            throw new Refusal(Reason.ABSENT);
        }
        if (node.stat().version() != version) {
            throw new Refusal(Reason.VERSION);
        }
        return node;
    }

    private void set(String path, @Nullable Node node) {
        tree.set(path, zxid, node);
        touched.add(path);
    }

    private void takeBack() {
        for (int i = touched.size() - 1; i >= 0; i--) {
            tree.unset(touched.get(i));
        }
        changes.clear();
    }
}
