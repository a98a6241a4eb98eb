package io.elasticjob.engine;

import java.time.Duration;
import java.util.function.Consumer;

/** Carries out what the machine wants done. What comes of it is handed to the loop again. Confined to the loop. */
final class EffectRunner {

    private final Ports ports;
    private final EventFeed events;
    private final RegistryCalls calls;
    private final Replies replies;
    private final Executions executions;
    private final ListenerCalls listeners;
    private final Consumer<Runnable> loop;

    /** @param loop where what comes of it is dealt with */
    EffectRunner(
            Ports ports,
            EventFeed events,
            RegistryCalls calls,
            Replies replies,
            Executions executions,
            Consumer<Runnable> loop) {
        this.ports = ports;
        this.events = events;
        this.calls = calls;
        this.replies = replies;
        this.executions = executions;
        this.listeners = new ListenerCalls(ports.listenerThreads(), loop);
        this.loop = loop;
    }

    /** @param turnNanos the stopwatch at the beginning of the turn in which it was decided */
    void carryOut(Effect effect, long turnNanos) {
        if (effect instanceof Effect.Publish publish) {
            events.hold(publish.event());
        } else if (effect instanceof Effect.Commit commit) {
            calls.make(commit);
        } else if (effect instanceof Effect.Sync sync) {
            calls.make(sync);
        } else if (effect instanceof Effect.ReadAll read) {
            calls.make(read);
        } else if (effect instanceof Effect.ReadAndWatch read) {
            calls.make(read);
        } else if (effect instanceof Effect.Children children) {
            calls.make(children);
        } else if (effect instanceof Effect.WatchTree watch) {
            calls.make(watch);
        } else if (effect instanceof Effect.Renew renew) {
            ports.registry().renew(renew.session());
        } else if (effect instanceof Effect.Start start) {
            executions.start(start);
        } else if (effect instanceof Effect.Resume resume) {
            executions.resume(resume.begun());
        } else if (effect instanceof Effect.Keep keep) {
            ports.runner().kept(keep.order());
        } else if (effect instanceof Effect.Release release) {
            executions.release(release.order());
        } else if (effect instanceof Effect.Cancel cancel) {
            executions.cancel(cancel);
        } else if (effect instanceof Effect.Move move) {
            executions.move(move);
        } else if (effect instanceof Effect.Call call) {
            listeners.begin(call);
        } else if (effect instanceof Effect.Interrupt interrupt) {
            listeners.interrupt(interrupt);
        } else if (effect instanceof Effect.Follow follow) {
            ports.fireSource().follow(follow.schedule());
        } else if (effect instanceof Effect.Forget forget) {
            ports.fireSource().forget(forget.schedule());
        } else if (effect instanceof Effect.Reply<?> reply) {
            replies.give(reply);
        } else if (effect instanceof Effect.Make<?> make) {
            replies.make(make, () -> loop.accept(make.then()));
        } else if (effect instanceof Effect.Refusal refusal) {
            replies.give(refusal);
        } else if (effect instanceof Effect.Alarm alarm) {
            Duration sinceTurn = Duration.ofNanos(ports.timekeeper().nanoTime() - turnNanos);
            ports.timekeeper().after(alarm.delay().minus(sinceTurn), () -> loop.accept(alarm.then()));
        }
    }

    /** As {@link ListenerCalls#giveUpWhatShutsDown}. */
    void giveUpWhatShutsDown() {
        listeners.giveUpWhatShutsDown();
    }

    /** What it is, for people. */
    static String nameOf(Effect effect) {
        if (effect instanceof Effect.Follow follow) {
            return "following " + follow.schedule();
        } else if (effect instanceof Effect.Cancel cancel) {
            return "cancelling " + cancel.order();
        }
        return effect.getClass().getSimpleName();
    }
}
