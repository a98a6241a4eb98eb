package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The writes that remove a job. The folder of its records is marked, so that nobody who has not heard of it yet can claim
 * anything in it; the leader deletes it when nobody runs anything of it any more.
 */
final class Removal {

    private Removal() {}

    /**
     * @param folderVersion of the folder of the records; negative when it is not there
     * @param triggers numbers of those that are there
     */
    static List<Write> of(
            Layout layout, String job, long life, int version, int folderVersion, Collection<Long> triggers) {
        List<Write> writes = new ArrayList<>();
        String folder = layout.records(job, life);
        if (folderVersion < 0) {
            writes.add(new Write.Create(folder, new byte[0], Write.Life.PERSISTENT));
        }
        writes.add(new Write.Put(folder, new byte[0], Math.max(0, folderVersion)));
        triggers.forEach(number -> writes.add(new Write.Delete(layout.trigger(job, number), 0)));
        writes.add(new Write.Delete(layout.job(job), version));
        return writes;
    }
}
