package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.KeeperException;

/**
 * Reads the jobs of Apache ElasticJob, Quartz or XXL-JOB, and writes them as settings of an application. It changes nothing
 * where it reads. See {@code docs/migration/import.md}.
 */
public final class JobImport {

    /** All jobs were translated whole. */
    public static final int COMPLETE = 0;
    /** The jobs are written, and something of them could not be translated. */
    public static final int WITH_REMARKS = 1;
    /** Nothing is written. */
    public static final int FAILED = 2;

    private static final String PASSWORD = "ELASTICJOB_IMPORT_PASSWORD";
    private static final String DIGEST = "ELASTICJOB_IMPORT_DIGEST";

    private final Map<String, String> environment;
    private final InstantSource clock;
    private final PrintStream out;
    private final PrintStream log;

    /**
     * @param environment for what is secret: {@code ELASTICJOB_IMPORT_PASSWORD}, {@code ELASTICJOB_IMPORT_DIGEST}
     * @param clock says which triggers begin in the future
     * @param out takes the settings, unless a file does
     * @param log takes what could not be translated
     */
    JobImport(Map<String, String> environment, InstantSource clock, PrintStream out, PrintStream log) {
        this.environment = environment;
        this.clock = clock;
        this.out = out;
        this.log = log;
    }

    /** Runs the command, and ends the JVM with one of the numbers above. */
    public static void main(String[] arguments) {
        System.exit(new JobImport(System.getenv(), InstantSource.system(), System.out, System.err).run(arguments));
    }

    int run(String... arguments) {
        try {
            ImportArguments asked = ImportArguments.parse(arguments);
            List<ImportedJob> jobs = limited(asked, read(asked));
            write(asked, ImportedYaml.of(described(asked), jobs));
            return tell(jobs);
        } catch (FileAlreadyExistsException there) {
            log.println("Nothing is written: " + there.getFile() + " is there already");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            log.println("Nothing is written: interrupted");
        } catch (IOException | SQLException | KeeperException | IllegalArgumentException failed) {
            log.println("Nothing is written: " + failed.getMessage());
        }
        return FAILED;
    }

    private List<ImportedJob> read(ImportArguments asked)
            throws IOException, SQLException, KeeperException, InterruptedException {
        return switch (asked.source()) {
            case "elasticjob" -> apache(asked);
            case "quartz" -> quartz(asked);
            default -> xxlJob(asked);
        };
    }

    private List<ImportedJob> apache(ImportArguments asked) throws IOException, KeeperException, InterruptedException {
        ImportedNames names = new ImportedNames();
        try (ApacheTree tree = ApacheTree.open(asked.required("connect-string"), environment.get(DIGEST))) {
            return tree.jobs(asked.required("namespace")).stream()
                    .map(job -> job.translated(names.of(job.name())))
                    .toList();
        }
    }

    private List<ImportedJob> quartz(ImportArguments asked) throws SQLException {
        ImportedNames names = new ImportedNames();
        String prefix = asked.options().getOrDefault("prefix", "QRTZ_");
        if (!prefix.matches("[A-Za-z0-9_.$]*")) {
            throw new IllegalArgumentException("--prefix: \"" + prefix + "\" must begin the name of a table");
        }
        Instant now = clock.instant();
        try (Tables tables = tables(asked)) {
            return QuartzTables.read(tables, prefix, asked.optional("scheduler")).stream()
                    .flatMap(job -> job.translated(names, now).stream())
                    .toList();
        }
    }

    private List<ImportedJob> xxlJob(ImportArguments asked) throws SQLException {
        ImportedNames names = new ImportedNames();
        Map<String, String> handlers = new HashMap<>();
        try (Tables tables = tables(asked)) {
            return XxlJobTables.read(tables, asked.optional("application")).stream()
                    .map(job -> job.translated(names, handlers))
                    .toList();
        }
    }

    private Tables tables(ImportArguments asked) throws SQLException {
        return Tables.open(asked.required("url"), asked.options().get("user"), environment.get(PASSWORD));
    }

    /** With the zone of crons that have none, and the instant from which on the jobs fire here. */
    private static List<ImportedJob> limited(ImportArguments asked, List<ImportedJob> jobs) {
        return jobs.stream().map(job -> limited(asked, job)).toList();
    }

    private static ImportedJob limited(ImportArguments asked, ImportedJob job) {
        ImportedJob.Builder next = ImportedJob.named(job.name(), job.origin());
        job.settings().forEach(next::set);
        job.remarks().forEach(next::remark);
        if (next.has(JobKey.CRON) && !next.has(JobKey.ZONE)) {
            asked.optional("zone")
                    .ifPresentOrElse(
                            zone -> next.set(JobKey.ZONE, zone),
                            () -> next.remark("the cron has no time zone: set zone, or run the import with --zone"));
        }
        asked.optional("valid-from").map(Instant::parse).ifPresent(instant -> switchAt(instant, next));
        return next.build();
    }

    private static void switchAt(Instant instant, ImportedJob.Builder job) {
        boolean repeats =
                List.of(JobKey.CRON, JobKey.EVERY, JobKey.FIXED_DELAY).stream().anyMatch(job::has);
        boolean isLaterAnyway =
                job.instant(JobKey.VALID_FROM).filter(instant::isBefore).isPresent();
        job.setIf(repeats && !isLaterAnyway, JobKey.VALID_FROM, instant.toString());
        job.remarkIf(
                job.instant(JobKey.AT).filter(instant::isAfter).isPresent(),
                "runs once before " + instant + ": leave it to the other scheduler, and remove it here");
    }

    private static String described(ImportArguments asked) {
        return switch (asked.source()) {
            case "elasticjob" -> "Apache ElasticJob, namespace " + asked.required("namespace");
            case "quartz" -> "Quartz";
            default -> "XXL-JOB";
        };
    }

    private void write(ImportArguments asked, String yaml) throws IOException {
        String file = asked.options().get("output");
        if (file == null) {
            out.print(yaml);
            out.flush();
        } else {
            Files.writeString(Path.of(file), yaml, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
        }
    }

    private int tell(List<ImportedJob> jobs) {
        long remarks = jobs.stream().mapToLong(job -> job.remarks().size()).sum();
        log.println(jobs.size() + " jobs are written. Not translated: " + remarks);
        jobs.forEach(job -> job.remarks().forEach(remark -> log.println("  " + job.name() + ": " + remark)));
        return remarks == 0 ? COMPLETE : WITH_REMARKS;
    }
}
