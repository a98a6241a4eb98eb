package io.elasticjob.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A crew's part in the namespace, with a session of its own. All but {@link #close} is called on the gateway's loop. */
interface CrewEngine {

    /** Whether it takes part in the namespace, as far as it knows. */
    boolean isConnected();

    /** Id of its present instance, as of its last turn; "" while there is none. */
    String instance();

    /** The last proof that was asked for; empty before the first. */
    Optional<Proof> proof();

    /** Asks for a newer proof. Completes when there is one, on any thread; fails when ZooKeeper does not answer. */
    CompletionStage<?> prove();

    /** Whether it takes nothing new, by an operator's word. */
    boolean isDraining();

    /** Takes nothing new. Completes when nothing runs any more and every end is recorded; on any thread. */
    CompletionStage<Void> drain();

    /** Leaves the namespace. Blocks for little longer than the patience; never on the loop. */
    void close(Duration patience);
}
