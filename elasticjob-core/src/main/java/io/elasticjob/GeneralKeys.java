package io.elasticjob;

/** Keys of all jobs that belong to no other theme. */
final class GeneralKeys {

    private GeneralKeys() {}

    static JobKey.Builder enabled() {
        return JobKey.named("enabled")
                .maxLength(20)
                .defaultValue("true")
                .documentation("Whether the job fires. True by default.");
    }

    static JobKey.Builder description() {
        return JobKey.named("description")
                .maxLength(16_000)
                .freeText()
                .defaultValue("")
                .documentation("Short description of the job.");
    }

    static JobKey.Builder handler() {
        return JobKey.named("handler")
                .namesHandler("handler")
                .documentation("Name of the handler that runs the job. An entry with a handler declares a further "
                        + "job. The handler with the job's own name by default.");
    }
}
