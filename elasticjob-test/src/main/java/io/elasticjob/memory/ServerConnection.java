package io.elasticjob.memory;

import io.elasticjob.spi.Timekeeper;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A client's connection to one server of the ensemble: the wire, and what that server knows and has shown. */
final class ServerConnection {

    /** Towards the server. */
    final Channel requests;
    /** Towards the client: answers and watch events in one order. */
    final Channel answers;
    /** The ensemble's transactions on their way to this server. */
    final Channel log;

    final Set<String> trees = new TreeSet<>();
    final Set<String> once = new TreeSet<>();
    /** The last transaction that this server has applied. */
    long applied;
    /** The session served here, from the handshake on. */
    @Nullable
    Tenure tenure;

    private boolean broken;

    ServerConnection(Timekeeper timekeeper, Link link, Faults faults) {
        this.requests = new Channel(timekeeper, faults::request, link::holdsRequests);
        this.answers = new Channel(timekeeper, faults::answer, link::holdsAnswers);
        this.log = new Channel(timekeeper, faults::lag, () -> false);
    }

    boolean isBroken() {
        return broken;
    }

    /** Requests under way may still arrive; nothing else passes any more. */
    void breakOff(BooleanSupplier arrives) {
        broken = true;
        requests.breakOff(arrives);
        answers.close();
        log.close();
    }

    boolean watches(String path) {
        if (once.contains(path)) {
            return true;
        }
        for (String tree : trees) {
            if (contains(tree, path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(String tree, String path) {
        return tree.equals("/")
                || (path.startsWith(tree) && (path.length() == tree.length() || path.charAt(tree.length()) == '/'));
    }
}
