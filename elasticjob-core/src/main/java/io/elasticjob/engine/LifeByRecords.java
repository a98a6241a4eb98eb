package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which life a job is of whose node does not say so, because somebody has overwritten it: the one whose records are there, and
 * not marked as those of a job that was removed. What runs of it goes on, whoever puts the node right. Confined to the loop.
 */
final class LifeByRecords {

    private final Layout layout;
    private final Outbox outbox;

    LifeByRecords(Layout layout, Outbox outbox) {
        this.layout = layout;
        this.outbox = outbox;
    }

    /**
     * @param then is told the life, empty for a job without records
     * @param unanswered when that cannot be told
     */
    void find(Connection over, String job, Consumer<Optional<String>> then, Runnable unanswered) {
        outbox.children(over, layout.shards(), result -> {
            if (result instanceof Result.Told<List<String>> told) {
                List<Layout.JobLife> lives = told.answer().stream()
                        .flatMap(folder -> Layout.lifeNamed(folder).stream())
                        .filter(life -> life.job().equals(job))
                        .toList();
                choose(over, lives, then, unanswered);
            } else {
                unanswered.run();
            }
        });
    }

    private void choose(
            Connection over, List<Layout.JobLife> lives, Consumer<Optional<String>> then, Runnable unanswered) {
        if (lives.isEmpty()) {
            then.accept(Optional.empty());
            return;
        }
        List<String> folders = lives.stream()
                .map(life -> layout.records(life.job(), life.life()))
                .toList();
        outbox.read(over, folders, result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                then.accept(latest(lives, told.answer()));
            } else {
                unanswered.run();
            }
        });
    }

    private static Optional<String> latest(List<Layout.JobLife> lives, List<Read> folders) {
        record Candidate(String life, long created) {}
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < lives.size(); i++) {
            if (folders.get(i) instanceof Read.Present folder && folder.stat().version() == 0) {
                candidates.add(new Candidate(lives.get(i).life(), folder.stat().created()));
            }
        }
        return candidates.stream()
                .max(Comparator.comparingLong(Candidate::created))
                .map(Candidate::life);
    }
}
