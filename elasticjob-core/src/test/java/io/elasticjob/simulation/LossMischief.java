package io.elasticjob.simulation;

import io.elasticjob.simulation.LossSimulation.Process;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Everything that may be done to a world whose registry loses data. */
enum LossMischief {
    START(3) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            if (world.living().size() < MOST_PROCESSES) {
                world.start(random);
            }
        }
    },
    LEAVE(1) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            world.leave(victim);
        }
    },
    KILL(2) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            world.kill(victim);
        }
    },
    FREEZE(1) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            world.freeze(victim, millis(random, 12_000));
        }
    },
    EXPIRE(1) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            victim.registry.link().expire();
        }
    },
    RESET(3) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            victim.registry.link().reset();
        }
    },
    CUT(2) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            victim.registry.link().cut();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    ENSEMBLE_RESTART(1) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.ensemble().restart();
        }
    },
    ENSEMBLE_STOP(1) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.ensemble().stop();
            world.after(millis(random, 9_000), world.ensemble()::start);
        }
    },
    /** From now on, what is started splits its jobs into other numbers of shards. */
    DEPLOY(2) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.deploy(random);
        }
    },
    /** An operator has a job run, once or a few times. */
    TRIGGER(6) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            for (int left = random.nextInt(4); left >= 0; left--) {
                world.trigger(victim);
            }
        }
    },
    /** An operator has an instance take nothing new for a while. */
    DRAIN(4) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            world.drain(victim.name, true);
            world.after(millis(random, 4_000), () -> world.drain(victim.name, false));
        }
    },
    /** An operator disables a job for a while. */
    SWITCH(3) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            String job = random.nextBoolean() ? "every-second" : "every-five";
            world.enable(job, false);
            world.after(millis(random, 6_000), () -> world.enable(job, true));
        }
    },
    REMOVE_JOB(1) {
        @Override
        void happen(LossSimulation world, Process victim, SplittableRandom random) {
            world.remove(List.of("by-hand", "every-five", "light").get(random.nextInt(3)));
        }
    },
    /** Somebody creates a trigger by hand, under a number that the registry has not given. */
    STRANGER(1) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.createTriggerByHand(random.nextBoolean() ? 9_999_999_999L : 700 + random.nextInt(100));
        }
    },
    BACKUP(4) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.backup();
        }
    },
    /** One of the backups is put in the place of all data, at once, or after so long that all sessions have ended. */
    RESTORE(2, true) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.restore(random, Duration.ofSeconds(List.of(0, 0, 3, 12).get(random.nextInt(4))));
        }
    },
    WIPE(1, true) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.wipe();
        }
    },
    DELETE_FOLDER(1, true) {
        @Override
        void happen(LossSimulation world, SplittableRandom random) {
            world.deleteFolder(List.of("/sim", "/sim/jobs", "/sim/shards", "/sim/instances")
                    .get(random.nextInt(4)));
        }
    },
    NOTHING(2);

    private static final int MOST_PROCESSES = 4;

    private final int weight;
    private final boolean loses;

    LossMischief(int weight) {
        this(weight, false);
    }

    LossMischief(int weight, boolean loses) {
        this.weight = weight;
        this.loses = loses;
    }

    static LossMischief any(SplittableRandom random) {
        return any(random, List.of(values()));
    }

    static LossMischief anyLoss(SplittableRandom random) {
        return any(random, Arrays.stream(values()).filter(LossMischief::loses).toList());
    }

    private static LossMischief any(SplittableRandom random, List<LossMischief> among) {
        int left = random.nextInt(among.stream().mapToInt(one -> one.weight).sum());
        for (LossMischief one : among) {
            left -= one.weight;
            if (left < 0) {
                return one;
            }
        }
        throw new AssertionError("the weights do not add up");
    }

    /** Whether data is lost that no instance took away. */
    boolean loses() {
        return loses;
    }

    /** By default something is done to one of the processes; where there is none, one is started. */
    void happen(LossSimulation world, SplittableRandom random) {
        if (world.living().isEmpty()) {
            world.start(random);
        } else {
            Process victim = world.living().get(random.nextInt(world.living().size()));
            world.trace().note("    to " + victim.name);
            happen(world, victim, random);
        }
    }

    void happen(LossSimulation world, Process victim, SplittableRandom random) {}

    private static Duration millis(SplittableRandom random, int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
