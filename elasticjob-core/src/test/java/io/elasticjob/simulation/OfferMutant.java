package io.elasticjob.simulation;

import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about offers of starved shards, each broken on its own. */
enum OfferMutant implements Mutant {
    /** Nobody takes an offer away: neither who claims, nor who made it. */
    OFFERS_STAY {
        @Override
        List<Write> changed(List<Write> writes, Function<String, Read> truth) {
            List<Write> kept = new ArrayList<>(writes);
            kept.removeIf(OfferMutant::isDeletionOfOffer);
            return kept;
        }
    },

    /** An offer is as good as a claim: who takes it overwrites the record, whatever it says by then. */
    AN_OFFER_IS_A_CLAIM {
        @Override
        List<Write> changed(List<Write> writes, Function<String, Read> truth) {
            if (writes.stream().noneMatch(OfferMutant::isDeletionOfOffer)) {
                return writes;
            }
            List<Write> bold = new ArrayList<>();
            for (Write write : writes) {
                if (write instanceof Write.Put put && truth.apply(put.path()) instanceof Read.Present present) {
                    bold.add(
                            new Write.Put(put.path(), put.data(), present.stat().version()));
                } else if (!isDeletionOfOffer(write)
                        && !(write instanceof Write.Create create
                                && truth.apply(create.path()) instanceof Read.Present)) {
                    bold.add(write);
                }
            }
            return bold;
        }
    };

    abstract List<Write> changed(List<Write> writes, Function<String, Read> truth);

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                // The answer is told as if all had been written: results are looked up from the end.
                List<Write> sent = changed(writes, truth);
                return super.commit(session, sent).thenApply(answer -> asOf(writes, sent, answer));
            }
        };
    }

    private static Answer asOf(List<Write> asked, List<Write> sent, Answer answer) {
        if (asked.size() == sent.size()) {
            return answer;
        }
        if (answer instanceof Answer.Refused refused) {
            return new Answer.Refused(asked.indexOf(sent.get(refused.index())), refused.reason());
        }
        Answer.Committed done = (Answer.Committed) answer;
        List<Answer.Written> all = new ArrayList<>();
        int next = 0;
        for (Write write : asked) {
            boolean isThere = next < sent.size() && sent.get(next).path().equals(write.path());
            all.add(isThere ? done.results().get(next++) : new Answer.Written(write.path(), Optional.empty()));
        }
        return new Answer.Committed(all);
    }

    private static boolean isDeletionOfOffer(Write write) {
        return write instanceof Write.Delete && write.path().startsWith("/sim/offers/");
    }
}
