package io.elasticjob.simulation;

import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What {@linkplain Mutant mutants} do between an engine and its registry, and how they know what they look at. */
final class Interference {

    private Interference() {}

    /** The same without an object that holds no other than objects. */
    static Read without(String object, Read.Present read) {
        String text = new String(read.data(), StandardCharsets.UTF_8);
        int from = text.indexOf(",\"" + object + "\":{");
        if (from < 0) {
            return read;
        }
        int depth = 0;
        int end = text.indexOf('{', from);
        do {
            depth += text.charAt(end) == '{' ? 1 : text.charAt(end) == '}' ? -1 : 0;
            end++;
        } while (depth > 0);
        String rest = text.substring(0, from) + text.substring(end);
        return new Read.Present(rest.getBytes(StandardCharsets.UTF_8), read.stat());
    }

    /** Leaves writes out, and answers as if they had been made. */
    static Registry without(Registry registry, BiPredicate<List<Write>, Write> left) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                List<Write> rest = writes.stream()
                        .filter(write -> !left.test(writes, write))
                        .toList();
                return super.commit(session, rest).thenApply(answer -> {
                    if (answer instanceof Answer.Refused refused) {
                        return new Answer.Refused(writes.indexOf(rest.get(refused.index())), refused.reason());
                    }
                    List<Answer.Written> results = new ArrayList<>();
                    int next = 0;
                    for (Write write : writes) {
                        results.add(
                                left.test(writes, write)
                                        ? pretended(write)
                                        : ((Answer.Committed) answer).results().get(next++));
                    }
                    return new Answer.Committed(results);
                });
            }
        };
    }

    /** Writes other records than were to be written. */
    static Registry rewritten(Registry registry, UnaryOperator<ShardRecord> other) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session, writes.stream().map(this::rewritten).toList());
            }

            private Write rewritten(Write write) {
                ShardRecord record = write instanceof Write.Put put && isRecord(put.path()) ? record(put.data()) : null;
                return record != null && write instanceof Write.Put put
                        ? new Write.Put(put.path(), ShardRecordCodec.encode(other.apply(record)), put.version())
                        : write;
            }
        };
    }

    /** The same for some of them, by what is there before. */
    static Registry rewritten(
            Registry registry,
            Predicate<String> which,
            BinaryOperator<ShardRecord> other,
            Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session, writes.stream().map(this::rewritten).toList());
            }

            private Write rewritten(Write write) {
                if (!(write instanceof Write.Put put) || !isRecord(put.path()) || !which.test(put.path())) {
                    return write;
                }
                ShardRecord record = record(put.data());
                ShardRecord before =
                        truth.apply(put.path()) instanceof Read.Present there ? record(there.data()) : null;
                return record == null
                        ? write
                        : new Write.Put(
                                put.path(),
                                ShardRecordCodec.encode(other.apply(before == null ? ShardRecord.NEW : before, record)),
                                put.version());
            }
        };
    }

    /** Reads otherwise than what is there, but for what operators ask for: that is decided from what is. */
    static Registry altered(Registry registry, BiFunction<String, Read.Present, Read> other) {
        return new PassingRegistry(registry) {
            private boolean caughtUp;

            @Override
            public CompletionStage<Void> sync(Session session) {
                caughtUp = true;
                return super.sync(session).whenComplete((done, failed) -> caughtUp = false); // no read may follow
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                if (caughtUp) {
                    caughtUp = false;
                    return super.read(session, paths);
                }
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> altered = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        altered.add(
                                reads.get(i) instanceof Read.Present present
                                        ? other.apply(paths.get(i), present)
                                        : reads.get(i));
                    }
                    return altered;
                });
            }
        };
    }

    /** Reads other settings of jobs than are stored. */
    static Registry settings(Registry registry, UnaryOperator<String> other) {
        return altered(
                registry,
                (path, present) -> isJob(path)
                        ? new Read.Present(
                                other.apply(new String(present.data(), StandardCharsets.UTF_8))
                                        .getBytes(StandardCharsets.UTF_8),
                                present.stat())
                        : present);
    }

    static boolean isDelayed(String path) {
        return path.startsWith("/sim/shards/after-each");
    }

    static boolean isCheckUnder(String folder, Write write) {
        return write instanceof Write.Check && write.path().startsWith(folder);
    }

    static boolean isJob(String path) {
        return path.matches("/sim/jobs/[^/]+");
    }

    static boolean isTrigger(String path) {
        return path.matches("/sim/jobs/[^/]+/trigger-.*");
    }

    static boolean isRequest(String path) {
        return path.startsWith("/sim/request-");
    }

    static ShardRecord withTrigger(ShardRecord record, long trigger) {
        ShardRecord.Past past = new ShardRecord.Past(
                trigger,
                record.through(),
                record.lastSucceeded(),
                record.outcome(),
                record.error(),
                record.past().streak());
        return new ShardRecord(record.state(), past, record.checkpoint(), record.unknown());
    }

    static boolean isRecord(String path) {
        return path.matches("/sim/shards/[^/]+/[0-9]+");
    }

    static boolean says(byte[] data, String word) {
        return new String(data, StandardCharsets.UTF_8).contains("\"" + word + "\"");
    }

    static @Nullable ShardRecord record(byte[] data) {
        return ShardRecordCodec.decode(data) instanceof Decoded.Value<ShardRecord> value ? value.value() : null;
    }

    static Answer.Written pretended(Write write) {
        return new Answer.Written(
                write.path(),
                write instanceof Write.Put put
                        ? Optional.of(new Stat(1, 1, put.version() + 1, Instant.EPOCH, Instant.EPOCH))
                        : Optional.empty());
    }

    static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
