// Compile the client, then start this:
//   javac -d classes ElasticJobWorker.java && java -cp classes Example.java

/** Converts five pages for each shard, and goes on where an earlier attempt has stopped. */
public final class Example {

    public static void main(String[] arguments) throws InterruptedException {
        ElasticJobWorker worker = ElasticJobWorker.at(variable("ELASTICJOB_GATEWAY", "http://localhost:8080"))
                .handler("resize", Example::resize)
                .slots(2)
                .crew("resize")
                .token(variable("ELASTICJOB_TOKEN", ""));
        Thread working = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.stop();
            try {
                working.join();
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
            }
        }));
        worker.run();
    }

    private static void resize(ElasticJobWorker.Execution execution) throws InterruptedException {
        int first = execution.checkpoint().isEmpty() ? 0 : Integer.parseInt(execution.checkpoint());
        if (first == 5) {
            execution.skip("no page is left");
            return;
        }
        for (int page = first; page < 5; page++) {
            if (execution.isCancelled()) {
                throw new InterruptedException("cancelled");
            }
            execution.log("page " + page + " of shard " + execution.shard() + "\n");
            execution.save(String.valueOf(page + 1)); // returns when the checkpoint is stored
            execution.progress((page + 1) * 20, "page " + page);
        }
        execution.result("5 pages");
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : value;
    }
}
