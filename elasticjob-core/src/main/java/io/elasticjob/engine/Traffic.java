package io.elasticjob.engine;

/** What is under way about the record of a shard. What is done with the shard is its {@link Activity}. */
sealed interface Traffic {

    Traffic IDLE = new Idle();
    Traffic UNREAD = new Unread();
    Traffic READING = new Reading();
    Traffic ASKING = new Asking();
    Traffic UNREADABLE = new Unreadable();

    /** Nothing: the record is as it was read or written last. */
    record Idle() implements Traffic {}

    /** It has to be read before anything is decided. */
    record Unread() implements Traffic {}

    /** A read is under way. */
    record Reading() implements Traffic {}

    /** Its owner is being asked for. */
    record Asking() implements Traffic {}

    /** This version cannot read it, or nobody can at present. */
    record Unreadable() implements Traffic {}

    /** A write is under way, or has to be sent; there is never more than one. */
    sealed interface OfWrite extends Traffic {
        RecordWrite write();
    }

    /** It has to be sent. */
    record ToWrite(RecordWrite write) implements OfWrite {}

    /** It is under way. */
    record Writing(RecordWrite write) implements OfWrite {}

    /** Its outcome is unknown: that has to be settled before anything else. */
    record Doubtful(RecordWrite write) implements OfWrite {}
}
