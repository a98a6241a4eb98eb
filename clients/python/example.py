"""Converts five pages for each shard, and goes on where an earlier attempt has stopped."""
import os
import signal

from elasticjob_worker import Worker


def resize(execution):
    if execution.checkpoint == "5":
        return execution.skip("no page is left")
    for page in range(int(execution.checkpoint or 0), 5):
        if execution.cancelled:
            raise InterruptedError(execution.why_cancelled)
        execution.log("page %s of shard %s\n" % (page, execution.shard))
        execution.save(str(page + 1))  # returns when the checkpoint is stored
        execution.progress((page + 1) * 20, "page %s" % page)
    execution.result("5 pages")


worker = Worker([os.environ.get("ELASTICJOB_GATEWAY", "http://localhost:8080")], {"resize": resize}, slots=2, crew="resize",
                token=os.environ.get("ELASTICJOB_TOKEN"))
worker.stop_on(signal.SIGTERM)
worker.run()
