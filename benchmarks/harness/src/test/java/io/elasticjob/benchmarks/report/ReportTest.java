package io.elasticjob.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Node;

class ReportTest {

    @TempDir
    Path folder;

    private static Measurement result(String system, double p50, boolean quick, @Nullable String failure) {
        return new Measurement(
                "lateness",
                system,
                "1.2.3",
                Case.plain().with("shards", 3).with(Case.MONITORING, "on").circumstances(),
                1,
                quick,
                "2030-01-01T00:00:00Z",
                failure == null ? Map.of("p50", p50, "othersCpuPercent", 2.0) : Map.of(),
                Map.of(),
                failure,
                "benchmarks/run lateness --rounds=" + (quick ? 1 : 3),
                Map.of("cores", "2", "load", "0.1 0.2 0.3"));
    }

    private static final List<Measurement> RESULTS = List.of(
            result("elasticjob", 4, false, null),
            result("elasticjob", 6, false, null),
            result("elasticjob", 5, false, null),
            result("apache-elasticjob", 25, false, null),
            result("db-scheduler", 0, false, "IOException: a|b"));

    @Test
    void resultsComeBackFromTheirFile() throws IOException {
        Path path = folder.resolve("a/results.jsonl");
        ResultFile file = new ResultFile(path);
        for (Measurement result : RESULTS) {
            file.append(result);
        }

        assertThat(file.read()).isEqualTo(RESULTS);
    }

    @Test
    void theLastFileIsTheNewest() throws IOException {
        for (String name : List.of("20300102-000000.jsonl", "20291231-235959.jsonl", "notes.txt")) {
            Files.createFile(folder.resolve(name));
        }

        assertThat(ResultFile.last(folder))
                .hasToString(folder.resolve("20300102-000000.jsonl").toString());
        assertThatThrownBy(() -> ResultFile.last(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("There are no results");
    }

    @Test
    void aLineThatIsNoResultIsNamed() throws IOException {
        Path path = Files.writeString(folder.resolve("results"), "\n{\"scenario\":");

        assertThatThrownBy(() -> new ResultFile(path).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 is no result");
    }

    @Test
    void replacesWhatIsBetweenTheMarksAndNothingElse() throws Exception {
        Path page = Files.writeString(
                folder.resolve("README.md"), "Before\n" + Report.BEGIN + "\nold\n" + Report.END + "\nAfter\n");

        new Report(RESULTS).write(page, folder.resolve("pictures"));

        String written = Files.readString(page);
        assertThat(written)
                .startsWith("Before\n" + Report.BEGIN + "\n")
                .endsWith(Report.END + "\nAfter\n")
                .doesNotContain("old")
                .contains("| shards 3, monitoring on | ElasticJob for Spring Boot | 5 (4–6) |")
                .contains("| shards 3, monitoring on | db-scheduler in PostgreSQL | – (failed: IOException: a/b) |")
                .contains("| shards 3, monitoring on | Apache ShardingSphere ElasticJob | × 0.20 |")
                .contains("\n    benchmarks/run lateness --rounds=3\n")
                .contains("(pictures/lateness.svg)")
                .contains("Machine: cores 2.")
                .contains("Apache ShardingSphere ElasticJob 1.2.3, db-scheduler in PostgreSQL 1.2.3.")
                .contains("used 2 % of all cores");
        var bars = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("pictures/lateness.svg").toFile())
                .getElementsByTagName("rect");
        assertThat(bars.getLength()).isEqualTo(1 + 2); // one is the ground
        assertThat(width(bars.item(1))).isLessThan(width(bars.item(2)));
    }

    private static double width(Node bar) {
        return Double.parseDouble(bar.getAttributes().getNamedItem("width").getNodeValue());
    }

    @Test
    void refusesAPageWithoutAPlaceForThem() throws IOException {
        Path page = Files.writeString(folder.resolve("README.md"), "Nothing");

        assertThatThrownBy(() -> new Report(RESULTS).write(page, folder.resolve("pictures")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no place for results");
        assertThat(page).hasContent("Nothing");
    }

    @Test
    void doesNotMixQuickResultsWithOthers() {
        assertThatThrownBy(() -> new Report(List.of(RESULTS.get(0), result("apache-elasticjob", 25, true, null))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--quick");
    }

    @Test
    void saysWhatQuickResultsAreWorth() {
        assertThat(new Report(List.of(result("elasticjob", 4, true, null))).text("pictures"))
                .contains("Made with `--quick`");
    }
}
