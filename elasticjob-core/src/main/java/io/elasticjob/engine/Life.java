package io.elasticjob.engine;

import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.FormerLife;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One life of a job, and the folder of its records, which bears the name of that life. The folder is created together with
 * the job, in its first version, and whoever removes the job writes it: so the check of it refuses whatever is meant for a
 * life that is over, also where another job has been created under the same name. Confined to the loop.
 */
final class Life {

    private static final byte[] EMPTY = {};
    private static final byte[] REMOVED = "removed".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FORGOTTEN = "forgotten".getBytes(StandardCharsets.UTF_8);

    /** Why a job goes. */
    enum Reason {
        /** An operator has said so, or it has run as often as it was to. */
        REMOVED,
        /** Nobody has declared it for long: who declares it again makes it again. */
        FORGOTTEN
    }

    private enum Known {
        /** Not known otherwise. */
        LAID,
        /** It has to be read whether it is there. */
        UNREAD,
        /** It was not there, and the job was, in this life, when it was read after that: somebody has deleted it. */
        MISSING
    }

    private final Layout layout;
    private final String job;
    private final String name;
    private Known known = Known.LAID;

    /** Of the folder. Another one than the first when somebody has written over it, who has not removed the job. */
    private int version;

    Life(Layout layout, String job, String name) {
        this.layout = layout;
        this.job = job;
        this.name = name;
    }

    /** What tells it from all other jobs that ever had its name, in ZooKeeper and elsewhere; never empty. */
    String name() {
        return name;
    }

    /** Whether a node of the job that was read says that it is of another life. */
    boolean isAnother(Read.Present node) {
        return in(node).filter(other -> !name.equals(other)).isPresent();
    }

    /** Whether a node of the job that was read says that it is of this life. */
    boolean isOf(Read.Present node) {
        return in(node).filter(name::equals).isPresent();
    }

    /**
     * Whether a life is over: not as long as the job is there and does not say which life it is of.
     *
     * @param job the node of its name, read after something of that life was
     */
    static boolean isOver(Layout.JobLife life, Read job) {
        if (!(job instanceof Read.Present present)) {
            return true;
        }
        return StoredJobCodec.lifeIn(life.job(), present.data(), present.stat().created())
                .filter(now -> FormerLife.isOver(life.life(), now))
                .isPresent();
    }

    private Optional<String> in(Read.Present node) {
        return StoredJobCodec.lifeIn(job, node.data(), node.stat().created());
    }

    /**
     * Goes on for this life of the job.
     *
     * @param job as it was just read
     * @throws NoSuchJobException when it is not there
     * @throws OperationRefusedException when it is of another life
     */
    Read.Present requireIn(Read job) {
        if (!(job instanceof Read.Present present)) {
            throw new NoSuchJobException(this.job);
        }
        if (isAnother(present)) {
            throw crossed();
        }
        return present;
    }

    private OperationRefusedException crossed() {
        return new OperationRefusedException(
                "The job " + job + " was removed, and created again, meanwhile; nothing was changed in the new one");
    }

    /**
     * What is asked for in one life of the job is not done to another one.
     *
     * @param asked the life for which it was decided before; null for the first time
     * @return the life that it is decided for
     */
    String require(@Nullable String asked) {
        if (asked != null && !asked.equals(name)) {
            throw crossed();
        }
        return name;
    }

    // ---- Its records ----------------------------------------------------------------------------------------------

    /** The folder of the records. */
    String records() {
        return layout.records(job, name);
    }

    String record(int shard) {
        return layout.record(job, name, shard);
    }

    /** Whether the folder is there, as far as is known. */
    boolean isLaid() {
        return known == Known.LAID;
    }

    /** It is there, and as it was. */
    void laid() {
        known = Known.LAID;
    }

    /** It may be missing, or another one has written it: it is read. */
    void doubt() {
        known = Known.UNREAD;
    }

    /** Whether it has to be laid again. */
    boolean isMissing() {
        return known == Known.MISSING;
    }

    /**
     * The folder was read, and after that the job. Whoever removes a job writes the folder and deletes the job at once: a
     * folder that is another one than before is still the one of this life, if the job is there after that.
     *
     * @return whether somebody has written over the folder
     */
    boolean found(Read folder, Read node) {
        int now = folder instanceof Read.Present present ? present.stat().version() : Integer.MIN_VALUE;
        if (now == version) {
            laid();
        } else if (node instanceof Read.Present present && isOf(present)) {
            known = folder instanceof Read.Present ? Known.LAID : Known.MISSING;
            version = Math.max(0, now);
            return version > 0;
        }
        return false;
    }

    /** Refuses whatever it travels with unless this life of the job lasts. */
    Write guard() {
        return isMissing() ? creation(layout, job, name) : check();
    }

    /** The same where the folder is there. */
    Write check() {
        return new Write.Check(records(), version);
    }

    /** What goes with the creation of the job. */
    static Write creation(Layout layout, String job, String life) {
        return new Write.Create(layout.records(job, life), EMPTY, Write.Life.PERSISTENT);
    }

    /**
     * The writes that remove the job. The folder stays behind, marked, so that nobody who has not heard of it yet can write
     * anything for it; the leader deletes it when nobody runs anything of it any more.
     *
     * @param of version of the job's node
     * @param triggers deletions of those that are there
     */
    List<Write> removal(Reason reason, int of, Collection<Write> triggers) {
        List<Write> writes = new ArrayList<>();
        if (isMissing()) {
            writes.add(creation(layout, job, name));
        }
        writes.add(new Write.Put(records(), reason == Reason.REMOVED ? REMOVED : FORGOTTEN, version));
        writes.addAll(triggers);
        writes.add(new Write.Delete(layout.job(job), of));
        return writes;
    }

    /** Whether whoever removed the job left a folder behind that is like this, and meant the job to stay removed. */
    static boolean isOfRemoved(Stat folder, byte[] data) {
        return folder.version() > 0 && Arrays.equals(data, REMOVED);
    }
}
