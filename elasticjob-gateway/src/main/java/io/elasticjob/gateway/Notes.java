package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.Note;
import io.elasticjob.spi.Timekeeper;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Takes what workers note of what they run: checkpoints into the records, output and progress into the logs. Confined to the loop. */
final class Notes {

    private final Timekeeper time;
    private final Consumer<Worker> answerNews;

    /** @param answerNews tells a worker what is new, if it waits */
    Notes(Timekeeper time, Consumer<Worker> answerNews) {
        this.time = time;
        this.answerNews = answerNews;
    }

    void take(Worker worker, Note note) {
        Optional<Given> noted = worker.given(note.id()).filter(one -> !one.hasEnded());
        if (noted.isEmpty()) {
            answer(worker, note, "nothing of this execution is recorded any more");
            return;
        }
        Given given = noted.get();
        if (!given.noteBook().begin(note.seq())) { // its answer is yet to come, or was not heard
            given.noteBook().outcome(note.seq()).ifPresent(why -> answer(worker, note, why));
            return;
        }
        given.journal.wrote(note.log());
        given.journal.progressed(note.percent(), note.message());
        if (note.checkpoint() == null) {
            end(worker, given, note, "");
            return;
        }
        CompletionStage<Void> reached = given.crew.runner.listener().reached(given.order, note.checkpoint());
        reached.whenComplete((recorded, refused) -> time.execute(() -> {
            end(
                    worker,
                    given,
                    note,
                    refused == null
                            ? ""
                            : String.valueOf(Gateway.unwrapped(refused).getMessage()));
            answerNews.accept(worker);
        }));
    }

    private static void end(Worker worker, Given given, Note note, String refused) {
        given.noteBook().end(note.seq(), refused);
        answer(worker, note, refused);
    }

    private static void answer(Worker worker, Note note, String refused) {
        worker.answer(new Exchanged.NoteAnswer(note.id(), note.seq(), refused));
    }
}
