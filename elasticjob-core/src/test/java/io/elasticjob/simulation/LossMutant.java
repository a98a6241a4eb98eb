package io.elasticjob.simulation;

import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Rules by which an instance copes with a loss of data, each broken on its own between an engine and its registry. Where
 * nothing is lost, none of them makes a difference but the one of a number that was never given.
 */
enum LossMutant {
    /** A job of the same creation id is not older than it was once read. */
    JOBS_BELIEVED_BY_ID {
        @Override
        Registry wrap(Registry registry) {
            return remembering(registry, path -> path.matches("/sim/jobs/[^/]+"));
        }
    },

    /** A record of the same creation id is not older than it was once read. */
    RECORDS_BELIEVED_BY_ID {
        @Override
        Registry wrap(Registry registry) {
            return remembering(registry, path -> path.matches("/sim/shards/[^/]+/\\d+"));
        }
    },

    /** A job that was there once is not created again: it counts as removed. */
    JOBS_NOT_CREATED_AGAIN {
        @Override
        Registry wrap(Registry registry) {
            return new PassingRegistry(registry) {
                private final Set<String> created = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<Write> rest = writes.stream()
                            .filter(write -> !isCreatedAgain(write))
                            .toList();
                    return super.commit(session, rest).thenApply(answer -> {
                        if (answer instanceof Answer.Refused refused) {
                            return new Answer.Refused(writes.indexOf(rest.get(refused.index())), refused.reason());
                        }
                        List<Answer.Written> done = ((Answer.Committed) answer).results();
                        List<Answer.Written> results = new ArrayList<>();
                        for (Write write : writes) {
                            int place = rest.indexOf(write);
                            results.add(
                                    place < 0 ? new Answer.Written(write.path(), Optional.empty()) : done.get(place));
                        }
                        rest.stream()
                                .filter(write -> write instanceof Write.Create && isJob(write.path()))
                                .forEach(write -> created.add(write.path()));
                        return new Answer.Committed(results);
                    });
                }

                private boolean isCreatedAgain(Write write) {
                    return write instanceof Write.Create && created.contains(write.path());
                }
            };
        }
    },

    /** Whatever looks like a trigger is one, though the registry has not given its number. */
    ANY_NUMBER_IS_GIVEN {
        @Override
        Registry wrap(Registry registry) {
            return altered(registry, (path, read) -> {
                Stat stat = read.stat();
                return !isJob(path)
                        ? read
                        : new Read.Present(
                                read.data(),
                                new Stat(
                                        stat.created(),
                                        stat.modified(),
                                        stat.version(),
                                        stat.createdAt(),
                                        stat.modifiedAt(),
                                        stat.children(),
                                        10_000_000_000L));
            });
        }
    },

    /** What comes under a number that is not above the highest ever listed is no news. */
    NUMBERS_ARE_NEVER_GIVEN_AGAIN {
        @Override
        Registry wrap(Registry registry) {
            return new PassingRegistry(registry) {
                private final Map<String, String> highest = new HashMap<>();
                private final Map<String, Set<String>> listed = new HashMap<>();

                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    if (!isJob(path)) {
                        return super.children(session, path);
                    }
                    return super.children(session, path).thenApply(names -> {
                        Set<String> known = listed.getOrDefault(path, Set.of());
                        String most = highest.getOrDefault(path, "");
                        List<String> news = names.stream()
                                .filter(name -> known.contains(name) || name.compareTo(most) > 0)
                                .toList();
                        listed.put(path, new HashSet<>(news));
                        news.stream()
                                .filter(name -> name.compareTo("trigger-0000000600") < 0) // given, and not by hand
                                .max(String::compareTo)
                                .filter(name -> name.compareTo(most) > 0)
                                .ifPresent(name -> highest.put(path, name));
                        return news;
                    });
                }
            };
        }
    };

    abstract Registry wrap(Registry registry);

    private static boolean isJob(String path) {
        return path.matches("/sim/jobs/[^/]+");
    }

    /** Answers what was read once for as long as what is there has the same creation id and no higher version. */
    private static Registry remembering(Registry registry, Predicate<String> which) {
        Map<String, Read.Present> known = new HashMap<>();
        return altered(registry, (path, read) -> {
            if (!which.test(path)) {
                return read;
            }
            Read.Present before = known.get(path);
            boolean believed = before != null
                    && before.stat().created() == read.stat().created()
                    && before.stat().version() > read.stat().version();
            if (!believed) {
                known.put(path, read);
            }
            return believed ? before : read;
        });
    }

    private static Registry altered(Registry registry, BiFunction<String, Read.Present, Read.Present> other) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> altered = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        altered.add(alteredAt(paths.get(i), reads.get(i)));
                    }
                    return altered;
                });
            }

            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                return super.readAndWatch(session, path).thenApply(read -> alteredAt(path, read));
            }

            private Read alteredAt(String path, Read read) {
                return read instanceof Read.Present present ? other.apply(path, present) : read;
            }
        };
    }
}
