package io.elasticjob.simulation;

import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.StoredJob;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything that may be done to a world while it is in trouble: to one of its processes, to the ensemble, or to jobs. */
enum Mischief {
    START(4) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            if (world.living().size() < MOST_PROCESSES) {
                world.start(random);
            }
        }
    },
    LEAVE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.leave(victim);
        }
    },
    KILL(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.kill(victim);
        }
    },
    FREEZE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.freeze(victim, millis(random, 12_000));
        }
    },
    EXPIRE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.expire(victim);
        }
    },
    RESET(5) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            victim.registry.link().reset();
        }
    },
    CUT(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            victim.registry.link().cut();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            victim.registry.link().silence();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE_REQUESTS(1) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            victim.registry.link().silenceRequests();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE_ANSWERS(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            victim.registry.link().silenceAnswers();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    DELETE_NODE(1) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.deleteNodesOf(victim);
        }
    },
    /** Somebody sets the clock of one machine wrong, by a little or by hours, and right again a while later. */
    CLOCK_JUMP(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            long[] most = {3_000, 60_000, 5 * 3_600_000};
            long by = random.nextLong(most[random.nextInt(most.length)]);
            world.jump(victim, Duration.ofMillis(random.nextBoolean() ? by : -by), millis(random, 20_000));
        }
    },
    /** ZooKeeper's clock shows another time for a while, because another server leads, or because somebody sets it. */
    REGISTRY_CLOCK_STEP(0) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            if (random.nextBoolean()) {
                world.ensemble().restart();
            }
            world.clocks().step(random);
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.CLOCKS ? 12 : 0;
        }
    },
    /** All processes are killed, as those of a test environment are for the night, and hours pass, or a day. */
    HOURS_PASS(1) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            if (random.nextInt(3) == 0) {
                List.copyOf(world.living()).forEach(world::kill);
                world.leap(Duration.ofMinutes(60 + random.nextInt(60)).plusDays(random.nextInt(3) == 0 ? 1 : 0));
            }
        }
    },
    ENSEMBLE_RESTART(2) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.ensemble().restart();
        }
    },
    ENSEMBLE_STOP(2) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.ensemble().stop();
            world.after(millis(random, 9_000), world.ensemble()::start);
        }
    },
    /** From now on, what is started is another version of the application. */
    DEPLOY(3) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.deploy(random);
        }
    },
    /** An operator has a job run. */
    TRIGGER(8) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.anyJob(random).ifPresent(job -> {
                TriggerRequest request = TriggerRequest.of(random.nextBoolean() ? "by-hand" : job.name())
                        .withForce(random.nextInt(4) == 0)
                        .withParameter(random.nextInt(3) == 0 ? "parameter " + random.nextInt(100) : null)
                        .withShards(anyShards(random))
                        .withId(random.nextBoolean() ? "" : "id-" + random.nextInt(4));
                int times = random.nextInt(6) == 0 ? 3 : 1;
                for (int i = 0; i < times; i++) {
                    world.ask(victim, new Wish.Trigger(request));
                }
                if (random.nextInt(4) == 0) { // the same id for another job
                    world.anyJob(random)
                            .map(StoredJob::name)
                            .ifPresent(another -> world.ask(
                                    victim,
                                    new Wish.Trigger(TriggerRequest.of(another).withId(request.id()))));
                }
                if (random.nextInt(3) == 0) { // somebody who asks again, elsewhere, under the same id
                    world.askLater(millis(random, 1_500), new Wish.Trigger(request));
                }
                if (!request.id().isEmpty() && random.nextInt(3) == 0) { // while nobody can tell what became of it
                    world.after(millis(random, 40), () -> CUT.happen(world, victim, random));
                    world.anyJob(random)
                            .map(StoredJob::name)
                            .ifPresent(another -> world.askLater(
                                    millis(random, 600),
                                    new Wish.Trigger(TriggerRequest.of(another).withId(request.id()))));
                }
            });
        }

        private SortedSet<Integer> anyShards(SplittableRandom random) {
            SortedSet<Integer> shards = new TreeSet<>();
            for (int left = random.nextInt(3); left > 0; left--) {
                shards.add(random.nextInt(4));
            }
            return shards;
        }
    },
    /** An operator takes back what was asked for: at random, or in the very moment. */
    CANCEL(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.anyJob(random).map(StoredJob::name).ifPresent(any -> {
                String job = world.triggersOf("by-hand").isEmpty() ? any : "by-hand";
                if (random.nextInt(3) == 0) {
                    world.ask(victim, new Wish.Trigger(TriggerRequest.of(job)));
                }
                world.after(
                        millis(random, 800),
                        () -> world.triggersOf(job).stream()
                                .skip(random.nextInt(2))
                                .forEach(number -> world.askLater(Duration.ZERO, new Wish.Cancel(job, number))));
            });
        }
    },
    /** An operator lays settings over those of a job, or takes them away. */
    CONFIGURE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.anyJob(random)
                    .ifPresent(job -> world.ask(
                            victim,
                            !job.overrides().isEmpty() && !job.isMade() && random.nextBoolean()
                                    ? new Wish.Reset(job.name())
                                    : new Wish.Configure(job.name(), anySettings(job.name(), random))));
        }

        private Map<JobKey, String> anySettings(String job, SplittableRandom random) {
            JobKey[] keys = {JobKey.ENABLED, JobKey.ENABLED, JobKey.FAILOVER, JobKey.SHARDING_TOTAL_COUNT, JobKey.EVERY
            };
            Map<JobKey, String> settings = new TreeMap<>();
            for (int left = 1 + random.nextInt(2); left > 0; left--) {
                JobKey key = keys[random.nextInt(keys.length)];
                settings.put(
                        key,
                        switch (key.key()) {
                            case "shardingTotalCount" -> String.valueOf(1 + random.nextInt(4));
                            case "every" -> 1 + random.nextInt(4) + "s";
                            default -> String.valueOf(random.nextInt(4) == 0);
                        });
            }
            if (Divisions.concerns(job) && settings.remove(JobKey.SHARDING_TOTAL_COUNT) != null) {
                settings.put(JobKey.FAILOVER, "true"); // else a version with a planner could not be declared
            }
            String shards = settings.get(JobKey.SHARDING_TOTAL_COUNT);
            if (shards != null) {
                settings.putAll(Deployment.shards(job, Integer.parseInt(shards)));
            }
            return settings;
        }
    },
    /** An operator switches something off, and mostly on again a while later. */
    SWITCH(3) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.anyJob(random).map(StoredJob::name).ifPresent(job -> {
                JobPart scope = switch (random.nextInt(4)) {
                    case 0 -> JobPart.WHOLE_JOB;
                    case 1 -> new JobPart.OnInstance(world.anyLiving(random).name);
                    default -> new JobPart.Shard(random.nextInt(4));
                };
                world.ask(victim, new Wish.Switch(job, scope, random.nextInt(5) == 0));
                if (random.nextInt(5) > 0) {
                    world.askLater(millis(random, 9_000), new Wish.Switch(job, scope, true));
                }
            });
        }
    },
    /** An operator has an instance take nothing new for a while. */
    DRAIN(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            SimulatedProcess drained = world.anyLiving(random);
            String id =
                    world.idOf(drained).filter(known -> random.nextBoolean()).orElse(drained.name);
            world.ask(victim, new Wish.Drain(id, true));
            world.askLater(millis(random, 9_000), new Wish.Drain(drained.name, false));
        }
    },
    /** An operator makes a job for a handler that is there, be it to run once. */
    CREATE(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            Map<JobKey, String> settings = new TreeMap<>();
            settings.put(JobKey.HANDLER, random.nextBoolean() ? "by-hand" : "every-five");
            settings.put(JobKey.SHARDING_TOTAL_COUNT, String.valueOf(1 + random.nextInt(3)));
            settings.put(JobKey.FAILOVER, String.valueOf(random.nextBoolean()));
            if (random.nextInt(4) == 0) {
                settings.put(JobKey.EVERY, 2 + random.nextInt(3) + "s");
            } else {
                settings.put(
                        JobKey.AT,
                        world.now()
                                .truncatedTo(ChronoUnit.MILLIS)
                                .plus(millis(random, 9_000))
                                .toString());
            }
            world.ask(victim, new Wish.Create(Simulation.MADE + random.nextInt(3), settings));
        }
    },
    /** An operator removes a job. */
    REMOVE_JOB(2) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.anyJob(random).ifPresent(job -> world.ask(victim, new Wish.Remove(job.name())));
            if (random.nextBoolean()) {
                world.after(millis(random, 300), () -> START.happen(world, random)); // which may declare it anew
            }
        }
    },
    /** What runs the work of a process can run less for a while, or nothing, or other numbers at once. */
    OFFER(1, 0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.offer(victim, random);
        }
    },
    NOTHING(1, 2),
    /** An operator has more or fewer run at a time. */
    LIMIT(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.ask(victim, Limits.anyWish(random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.LIMITS ? 10 : 0;
        }
    },
    /** An operator has what runs end, or lets it be run again less often. */
    CANCEL_RUNS(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.ask(victim, Cuts.anyWish(world, random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.CUTS ? 20 : 0;
        }
    },
    /** An operator asks for firings that are to come, or for those of the past, or takes that back. */
    PLAN(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.ask(victim, PlanPromises.anyWish(world, random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.PLANS ? 15 : 0;
        }
    },
    /** An operator has a chain run, or one branch of it, or removes the job with which it begins. */
    CHAIN(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.ask(victim, Chains.anyWish(random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.CHAINS ? 10 : 0;
        }
    },
    /** A process is ended in good order, and comes back under its name a while later. */
    COME_BACK(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.leave(victim);
            world.after(millis(random, 20_000), () -> world.comeBack(victim, random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.HOMES ? 12 : 0;
        }
    },
    /** An operator has past firings run again, and another one the same, elsewhere at the same time or a while later. */
    RERUN(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            List<Wish> wishes = RerunPromises.anyWishes(world, names(world.plan.chapter()), random);
            if (!wishes.isEmpty()) {
                world.ask(victim, wishes.get(0));
                if (random.nextInt(3) == 0) {
                    world.after(millis(random, 40), () -> CUT.happen(world, victim, random));
                }
                if (random.nextInt(2) == 0) {
                    world.askLater(random.nextBoolean() ? Duration.ZERO : millis(random, 1_500), wishes.get(1));
                }
            }
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.RERUNS ? 25 : chapter == Plan.Chapter.CHAINS ? 12 : 0;
        }

        private List<String> names(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.CHAINS
                    ? Chains.NAMES.stream().sorted().toList()
                    : Wholes.names();
        }
    },
    /** Somebody deletes a part of a plan, or writes over it. */
    SPOIL_PLAN(0) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.after(millis(random, 300), () -> world.promises.divisions().spoil(random));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.DIVISIONS ? 12 : 0;
        }
    },
    /** An operator has a firing end that is being planned, or runs by its plan, or waits for it. */
    CANCEL_PLANNED(0) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.after(millis(random, 300), () -> world.askLater(Duration.ZERO, Divisions.anyCancel(world, random)));
        }

        @Override
        int weight(Plan.Chapter chapter) {
            return chapter == Plan.Chapter.DIVISIONS ? 12 : 0;
        }
    },
    /** Somebody writes what nobody can read or work with over the node of a job, or makes one. */
    POISON_JOB(0, 7) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.poison().overwriteJob(random);
        }
    },
    POISON_RECORD(0, 4) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.poison().overwriteRecord(random);
        }
    },
    POISON_TRIGGER(0, 3) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.triggerPoisoned(victim);
            world.after(millis(random, 200), () -> world.poison().overwriteTriggers(random));
        }
    },
    /** Somebody writes a node among those of the instances, and mostly deletes it again. */
    POISON_INSTANCE(0, 3) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            String path = world.poison().writeInstance(random);
            if (random.nextInt(4) > 0) {
                world.after(millis(random, 8_000), () -> world.ensemble().deleteTree(path));
            }
        }
    },
    /** Somebody writes over what a process shows of itself. */
    POISON_ITS_NODE(0, 5) {
        @Override
        void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {
            world.poisonNodesOf(victim, random);
        }
    },
    /** For a while nobody takes an answer that is longer than a few nodes. */
    SHORT_ANSWERS(0, 3) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.poison().shortAnswers(800 + random.nextInt(4_000));
            world.after(millis(random, 3_000), () -> world.poison().shortAnswers(Integer.MAX_VALUE));
        }
    },
    /** A strategy throws errors for a while. */
    BAD_STRATEGY(0, 3) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.poison().strategyThrows(random);
            world.after(millis(random, 15_000), () -> world.poison().strategyWorks());
        }
    },
    /** The rules of a time zone cannot be loaded for a while. */
    ZONE_GONE(0, 2) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.poison().zoneGoes(true);
            world.after(millis(random, 15_000), () -> world.poison().zoneGoes(false));
        }
    };

    private static final int MOST_PROCESSES = 5;

    private final int weight;
    private final int poisoned;

    Mischief(int weight) {
        this(weight, weight);
    }

    /** @param poisoned its weight in {@link Plan.Chapter#POISON} */
    Mischief(int weight, int poisoned) {
        this.weight = weight;
        this.poisoned = poisoned;
    }

    int weight(Plan.Chapter chapter) {
        return chapter == Plan.Chapter.POISON ? poisoned : weight;
    }

    static Mischief any(Plan.Chapter chapter, SplittableRandom random) {
        int left = random.nextInt(
                Arrays.stream(values()).mapToInt(one -> one.weight(chapter)).sum());
        for (Mischief one : values()) {
            left -= one.weight(chapter);
            if (left < 0) {
                return one;
            }
        }
        throw new AssertionError("the weights do not add up");
    }

    /** By default something is done to one of the processes; where there is none, one is started. */
    void happen(Simulation world, SplittableRandom random) {
        if (world.living().isEmpty()) {
            world.start(random);
        } else {
            SimulatedProcess victim =
                    world.living().get(random.nextInt(world.living().size()));
            world.trace().note("    to " + victim.name);
            happen(world, victim, random);
        }
    }

    void happen(Simulation world, SimulatedProcess victim, SplittableRandom random) {}

    private static Duration millis(SplittableRandom random, int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
