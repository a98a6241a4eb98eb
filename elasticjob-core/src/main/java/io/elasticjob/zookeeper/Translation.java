package io.elasticjob.zookeeper;

import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Answer.Reason;
import io.elasticjob.registry.Answer.Written;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.registry.Write.Life;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * Between the words of the registry and those of ZooKeeper.
 *
 * @param root stripped from the paths that ZooKeeper answers with
 * @param acl of created nodes
 */
record Translation(String root, List<ACL> acl) {

    Op op(Write write) {
        if (write instanceof Write.Check check) {
            return Op.check(check.path(), check.version());
        }
        if (write instanceof Write.Put put) {
            return Op.setData(put.path(), put.data(), put.version());
        }
        if (write instanceof Write.Delete delete) {
            return Op.delete(delete.path(), delete.version());
        }
        Write.Create create = (Write.Create) write;
        return Op.create(create.path(), create.data(), acl, mode(create.life()));
    }

    private static CreateMode mode(Life life) {
        return switch (life) {
            case PERSISTENT -> CreateMode.PERSISTENT;
            case EPHEMERAL -> CreateMode.EPHEMERAL;
            case SEQUENTIAL -> CreateMode.PERSISTENT_SEQUENTIAL;
        };
    }

    /** @throws RegistryException when ZooKeeper neither wrote nor refused for one of the reasons that there are */
    Answer answer(int code, @Nullable List<OpResult> results, List<Write> writes) {
        if (code == Code.OK.intValue() && results != null) {
            List<Written> written = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                written.add(written(results.get(i), writes.get(i)));
            }
            return new Answer.Committed(List.copyOf(written));
        }
        for (int i = 0; results != null && i < results.size(); i++) {
            // Those before the refused one say OK, those behind it say that they do not know.
            int refusal = results.get(i) instanceof OpResult.ErrorResult error ? error.getErr() : 0;
            if (refusal != Code.OK.intValue()) {
                Reason reason = reason(Code.get(refusal));
                if (reason != null) {
                    return new Answer.Refused(i, reason);
                }
                throw failure(refusal, writes.get(i).path());
            }
        }
        throw failure(code, null);
    }

    /** Whether a refusal may come of the root's being missing. */
    boolean mayLackRoot(@Nullable List<OpResult> results) {
        return !root.isEmpty() && refused(results, Code.NONODE) >= 0;
    }

    /** Whether a refusal says that the root is missing: what is right below it cannot be created. */
    boolean lacksRoot(@Nullable List<OpResult> results, List<Write> writes) {
        int refused = root.isEmpty() ? -1 : refused(results, Code.NONODE);
        return refused >= 0
                && writes.get(refused) instanceof Write.Create create
                && create.path().lastIndexOf('/') == 0;
    }

    /** The index of the first write that was not done, if it was for this reason; else negative. */
    private static int refused(@Nullable List<OpResult> results, Code reason) {
        for (int i = 0; results != null && i < results.size(); i++) {
            int refusal = results.get(i) instanceof OpResult.ErrorResult error ? error.getErr() : 0;
            if (refusal != Code.OK.intValue()) {
                return refusal == reason.intValue() ? i : -1;
            }
        }
        return -1;
    }

    private Written written(OpResult result, Write write) {
        if (result instanceof OpResult.CreateResult created) {
            return new Written(withoutRoot(created.getPath(), write.path()), Optional.empty());
        }
        return result instanceof OpResult.SetDataResult put
                ? new Written(write.path(), Optional.of(stat(put.getStat())))
                : new Written(write.path(), Optional.empty());
    }

    private String withoutRoot(String created, String asked) {
        return created.startsWith(asked) ? created : created.substring(root.length());
    }

    private static @Nullable Reason reason(@Nullable Code code) {
        if (code == null) {
            return null;
        }
        return switch (code) {
            case NONODE -> Reason.ABSENT;
            case NODEEXISTS -> Reason.PRESENT;
            case BADVERSION -> Reason.VERSION;
            case NOTEMPTY -> Reason.NOT_EMPTY;
            default -> null;
        };
    }

    /** One that ZooKeeper does not give to this client costs the others of the same request nothing. */
    static Read read(OpResult result, String path) {
        if (result instanceof OpResult.GetDataResult got) {
            return present(got.getData(), got.getStat());
        }
        int code = result instanceof OpResult.ErrorResult error ? error.getErr() : Code.SYSTEMERROR.intValue();
        if (code == Code.NONODE.intValue()) {
            return new Read.Absent();
        }
        return new Read.Unreadable(failure(code, path));
    }

    static Read.Present present(byte @Nullable [] data, org.apache.zookeeper.data.Stat stat) {
        return new Read.Present(data == null ? new byte[0] : data, stat(stat));
    }

    private static Stat stat(org.apache.zookeeper.data.Stat stat) {
        return new Stat(
                stat.getCzxid(),
                stat.getMzxid(),
                stat.getVersion(),
                Instant.ofEpochMilli(stat.getCtime()),
                Instant.ofEpochMilli(stat.getMtime()),
                stat.getNumChildren(),
                // ZooKeeper counts changes, which are creations and deletions.
                ((long) stat.getCversion() + stat.getNumChildren()) / 2);
    }

    /** In plain words; ZooKeeper's own are the cause. */
    static RegistryException failure(int code, @Nullable String path) {
        Code known = Code.get(code);
        if (known == null) {
            return new RegistryException("ZooKeeper answered with the unknown error " + code);
        }
        String why = switch (known) {
            case CONNECTIONLOSS -> "the connection was lost before ZooKeeper answered";
            case SESSIONEXPIRED -> "the session had expired";
            case SESSIONMOVED -> "the session has moved to another server";
            case OPERATIONTIMEOUT, REQUESTTIMEOUT -> "ZooKeeper did not answer in time";
            case NOAUTH, AUTHFAILED, INVALIDACL ->
                "ZooKeeper does not allow it; elasticjob.registry.digest must be the user that created the nodes";
            case NOCHILDRENFOREPHEMERALS -> "an ephemeral node can have no children";
            default -> "ZooKeeper refused to serve (" + known + ")";
        };
        return new RegistryException(path == null ? why : path + ": " + why, KeeperException.create(known, path));
    }
}
