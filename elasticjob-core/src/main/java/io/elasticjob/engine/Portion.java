package io.elasticjob.engine;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlanCodec;
import io.elasticjob.registry.Read;
import java.util.List;

/** What is found of a portion of a plan, in a read made after that of the record which names it. Decides; never acts. */
sealed interface Portion {

    /** It is as it was written. */
    record Parts(List<String> parts) implements Portion {}

    /** It is not what was written: nobody knows any more what the firing is split into. */
    record Spoilt(String why) implements Portion {}

    static Portion of(Read read) {
        if (!(read instanceof Read.Present present)) {
            return new Spoilt("is not there any more");
        }
        Decoded<List<String>> decoded = PlanCodec.decode(present.data());
        if (present.stat().version() != 0) { // some instances may have read what was there before
            return new Spoilt("was written over");
        }
        return decoded instanceof Decoded.Value<List<String>> value
                ? new Parts(value.value())
                : new Spoilt("cannot be read: " + decoded.reason());
    }
}
