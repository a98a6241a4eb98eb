package io.elasticjob.simulation;

import io.elasticjob.simulation.Simulation.Process;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

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
        void happen(Simulation world, Process victim, SplittableRandom random) {
            world.leave(victim);
        }
    },
    KILL(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            world.kill(victim);
        }
    },
    FREEZE(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            world.freeze(victim, millis(random, 12_000));
        }
    },
    EXPIRE(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().expire();
        }
    },
    RESET(5) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().reset();
        }
    },
    CUT(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().cut();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().silence();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE_REQUESTS(1) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().silenceRequests();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    SILENCE_ANSWERS(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            victim.registry.link().silenceAnswers();
            world.after(millis(random, 9_000), victim.registry.link()::heal);
        }
    },
    DELETE_NODE(1) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            world.deleteNodesOf(victim);
        }
    },
    /** Somebody sets the clock of one machine wrong, by a little or by hours, and right again a while later. */
    CLOCK_JUMP(2) {
        @Override
        void happen(Simulation world, Process victim, SplittableRandom random) {
            long[] most = {3_000, 60_000, 5 * 3_600_000};
            long by = random.nextLong(most[random.nextInt(most.length)]);
            world.jump(victim, Duration.ofMillis(random.nextBoolean() ? by : -by), millis(random, 20_000));
        }
    },
    /** All processes are killed, as those of a test environment are for the night, and one to two hours pass. */
    HOURS_PASS(1) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            if (random.nextInt(3) == 0) {
                List.copyOf(world.living()).forEach(world::kill);
                world.leap(Duration.ofMinutes(60 + random.nextInt(60)));
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
    /** An operator lays settings over those of a job, or takes them away. */
    CONFIGURE(2) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.configure(random);
        }
    },
    /** An operator removes a job. */
    REMOVE_JOB(1) {
        @Override
        void happen(Simulation world, SplittableRandom random) {
            world.removeJob(random);
        }
    },
    NOTHING(2);

    private static final int MOST_PROCESSES = 5;

    private final int weight;

    Mischief(int weight) {
        this.weight = weight;
    }

    static Mischief any(SplittableRandom random) {
        int left = random.nextInt(
                Arrays.stream(values()).mapToInt(one -> one.weight).sum());
        for (Mischief one : values()) {
            left -= one.weight;
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
            Process victim = world.living().get(random.nextInt(world.living().size()));
            world.trace().note("    to " + victim.name);
            happen(world, victim, random);
        }
    }

    void happen(Simulation world, Process victim, SplittableRandom random) {}

    private static Duration millis(SplittableRandom random, int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
