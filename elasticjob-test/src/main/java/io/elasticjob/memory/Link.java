package io.elasticjob.memory;

import io.elasticjob.spi.Timekeeper;

/**
 * What can be done to one client and its connection, by hand. Callable from any thread; takes effect on the ensemble's
 * thread, in the order of the calls.
 *
 * <p>A link is either <em>noisy</em> or <em>silent</em> when it fails. After {@link #reset} and {@link #cut} both ends
 * know at once. Under a silence nobody knows: messages wait, the client gives up when it has heard nothing for two thirds
 * of the session's timeout, the ensemble when it has heard nothing for the whole; what {@link #heal} finds still waiting
 * on a connection that nobody has given up arrives then, late and in order.
 */
public final class Link {

    private final Timekeeper timekeeper;
    private final MemoryRegistry client;
    private boolean cut;
    private boolean requestsSilenced;
    private boolean answersSilenced;
    private boolean frozen;

    Link(Timekeeper timekeeper, MemoryRegistry client) {
        this.timekeeper = timekeeper;
        this.client = client;
    }

    /** Breaks the connection; the client tries again at once. */
    public void reset() {
        timekeeper.execute(client::drop);
    }

    /** Breaks the connection, and lets none be made until {@link #heal}. */
    public void cut() {
        timekeeper.execute(() -> {
            cut = true;
            client.drop();
        });
    }

    /** A black hole: nothing passes in either direction until {@link #heal}. */
    public void silence() {
        change(() -> {
            requestsSilenced = true;
            answersSilenced = true;
        });
    }

    /** Half-open: answers and watch events of what has arrived pass, requests do not. */
    public void silenceRequests() {
        change(() -> requestsSilenced = true);
    }

    /** Half-open: requests and heartbeats arrive and are carried out, but neither answers nor watch events return. */
    public void silenceAnswers() {
        change(() -> answersSilenced = true);
    }

    /** Undoes {@link #cut} and the silences. */
    public void heal() {
        change(() -> {
            cut = false;
            requestsSilenced = false;
            answersSilenced = false;
        });
    }

    /**
     * The client's process stands still: no heartbeats, and whatever happens to it is told to it after {@link #thaw}.
     * What was sent before arrives. The instance's own {@link Timekeeper} is for the simulator to stop.
     */
    public void freeze() {
        change(() -> frozen = true);
    }

    /** The process goes on, first of all with what it was sent before it froze. */
    public void thaw() {
        change(() -> frozen = false);
    }

    /** The ensemble expires the session now, whatever it has heard; the client learns of it as far as the link lets it. */
    public void expire() {
        timekeeper.execute(client::expire);
    }

    /** The process dies: nothing more is heard of it, nothing more is told to it, its session is left to expire. */
    public void kill() {
        timekeeper.execute(client::die);
    }

    private void change(Runnable change) {
        timekeeper.execute(() -> {
            change.run();
            client.linkChanged();
        });
    }

    boolean holdsRequests() {
        return requestsSilenced;
    }

    boolean holdsAnswers() {
        return answersSilenced || frozen;
    }

    boolean passesHeartbeats() {
        return !requestsSilenced && !frozen;
    }

    boolean isSilent() {
        return requestsSilenced || answersSilenced;
    }

    boolean isFrozen() {
        return frozen;
    }

    boolean canConnect() {
        return !cut && !frozen && !isSilent();
    }
}
