package io.elasticjob.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.codec.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The files of the pages, as far as they can be judged without a browser. */
class ConsoleFilesTest {

    private static final Path SOURCES = Path.of("src/main/resources", ConsoleFiles.ROOT);

    /** Words that a page finds by a value of the endpoint, after one of these. */
    private static final Set<String> BY_VALUE = Set.of(
            "array",
            "auditScope",
            "cause",
            "figure",
            "filter",
            "finding",
            "firingState",
            "instance",
            "job",
            "kind",
            "many",
            "nav",
            "operation",
            "origin",
            "outcome",
            "preset",
            "problem",
            "problemHelp",
            "result",
            "scope",
            "source",
            "span",
            "tab",
            "theme",
            "zone");

    private static final Pattern LITERAL = Pattern.compile("'([A-Za-z]\\w*(?:\\.\\w+)*)'");
    private static final Pattern ASKED = Pattern.compile("\\bt\\('([\\w.]+)'");
    private static final Pattern IMPORT = Pattern.compile("(?m)(?:^import .*from |import\\()'([^']+)'");
    private static final Pattern AT_ONCE = Pattern.compile("(?:from|import) ?[\"'](\\.[^\"']+)");
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

    private final ConsoleFiles files = ConsoleFiles.read(ConsoleFiles.class.getClassLoader());

    @Test
    void allLanguagesHaveTheSameKeysAndNoneIsUnused() throws IOException {
        Map<String, Object> english = words("en");
        assertThat(words("zh-CN").keySet()).isEqualTo(english.keySet());
        Set<String> mentioned = new TreeSet<>();
        Set<String> asked = new TreeSet<>();
        for (Path script : scripts()) {
            String source = Files.readString(script);
            LITERAL.matcher(source).results().forEach(one -> mentioned.add(one.group(1)));
            ASKED.matcher(source).results().forEach(one -> asked.add(one.group(1)));
        }
        assertThat(english.keySet()).containsAll(asked);
        assertThat(english.keySet().stream()
                        .filter(key -> !mentioned.contains(key)
                                && !BY_VALUE.contains(key.substring(0, Math.max(0, key.indexOf('.'))))))
                .as("words that no page shows")
                .isEmpty();
    }

    @Test
    void aTextHasTheSamePlacesForValuesInAllLanguages() {
        Map<String, Object> chinese = words("zh-CN");
        words("en").forEach((key, text) -> {
            Set<String> places = places(text);
            // Chinese has one form for all numbers.
            assertThat(places(chinese.get(key))).as(key).isEqualTo(places);
        });
    }

    private static Set<String> places(Object text) {
        Set<String> places = new TreeSet<>();
        PLACE.matcher(String.valueOf(text)).results().forEach(one -> places.add(one.group(1)));
        return places;
    }

    /** Each code of the endpoint's reference has its words. */
    @Test
    void everyFindingThatTheReferenceListsHasWords() throws IOException {
        String reference = Files.readString(Path.of("../docs/reference/explain.md"));
        Matcher codes = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|").matcher(reference);
        List<String> listed = new ArrayList<>();
        while (codes.find()) {
            listed.add("finding." + codes.group(1));
        }
        assertThat(listed).isNotEmpty();
        assertThat(words("en").keySet()).containsAll(listed);
    }

    @TestFactory
    Stream<DynamicTest> whatAFileImportsIsThere() throws IOException {
        return scripts().stream()
                .map(script ->
                        DynamicTest.dynamicTest(SOURCES.relativize(script).toString(), () -> {
                            Matcher imports = IMPORT.matcher(Files.readString(script));
                            while (imports.find()) {
                                String wanted = imports.group(1);
                                assertThat(wanted).as("relative").startsWith(".");
                                assertThat(files.paths())
                                        .contains(SOURCES.relativize(script.getParent()
                                                        .resolve(wanted)
                                                        .normalize())
                                                .toString()
                                                .replace('\\', '/'));
                            }
                        }));
    }

    @Test
    void whatTheFirstPageLoadsIsThereAndHasTheHashInItsAddress() {
        String page = new String(files.index("../elasticjob"), StandardCharsets.UTF_8);
        assertThat(page).contains("content=\"../elasticjob\"").doesNotContain("{version}", "{api}");
        Matcher addresses = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(page);
        List<String> all = new ArrayList<>();
        while (addresses.find()) {
            all.add(addresses.group(1));
        }
        assertThat(all).isNotEmpty().allMatch(one -> files.find(one).isPresent());
    }

    /** Else a browser hears of a file only from another one, and asks for it a round trip later. */
    @Test
    void whatTheListNeedsIsNamedByThePage() throws IOException {
        String page = new String(files.index("../elasticjob"), StandardCharsets.UTF_8);
        Deque<String> open = new ArrayDeque<>(List.of("app.js", "pages/jobs.js"));
        Set<String> needed = new TreeSet<>();
        while (!open.isEmpty()) {
            String path = open.pop();
            if (needed.add(path)) {
                Matcher imports = AT_ONCE.matcher(served(path));
                while (imports.find()) {
                    open.push(Path.of(path)
                            .resolveSibling(imports.group(1))
                            .normalize()
                            .toString()
                            .replace('\\', '/'));
                }
            }
        }
        assertThat(needed)
                .contains("lit/directive.js", "parts/actions.js")
                .allMatch(path -> page.contains("/" + path + "\""));
    }

    /** The policy would refuse it in the browser: scripts and styles in the page, and markup made from text. */
    @TestFactory
    Stream<DynamicTest> noFileHasWhatThePolicyForbids() throws IOException {
        List<Path> all = new ArrayList<>(scripts());
        all.add(SOURCES.resolve("index.html"));
        return all.stream()
                .map(file -> DynamicTest.dynamicTest(
                        SOURCES.relativize(file).toString(),
                        () -> assertThat(Files.readString(file))
                                .doesNotContain(
                                        "innerHTML", "insertAdjacentHTML", "eval(", "new Function", "unsafeHTML", "://")
                                .doesNotContainPattern("\\sstyle=")
                                .doesNotContainPattern("\\son[a-z]+=\"")
                                .doesNotContain("<style")));
    }

    @Test
    void aFileIsFoundOnlyUnderTheHashOfAll() throws IOException {
        ConsoleFiles.File script = files.find(files.version() + "/app.js").orElseThrow();
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(script.content()))) {
            assertThat(plain.readAllBytes()).isNotEmpty();
        }
        assertThat(script.type()).hasToString("text/javascript;charset=UTF-8");
        assertThat(files.find("app.js")).isEmpty();
        assertThat(files.find("0/app.js")).isEmpty();
        assertThat(files.find(files.version() + "/../ConsoleFiles.class")).isEmpty();
        assertThat(files.find(files.version() + "/index.html")).isEmpty();
    }

    /** What browsers run is what people read, but for comments; a licence of others stays where it is. */
    @TestFactory
    Stream<DynamicTest> aScriptIsServedWithoutTheCommentsThatFillLines() throws IOException {
        return scripts().stream()
                .map(script ->
                        DynamicTest.dynamicTest(SOURCES.relativize(script).toString(), () -> {
                            List<String> left = new ArrayList<>(Files.readAllLines(script));
                            for (String line : served(SOURCES.relativize(script).toString())
                                    .lines()
                                    .toList()) {
                                while (!left.get(0).equals(line)) {
                                    assertThat(left.remove(0).strip()).matches("(/\\*\\*|\\*|//).*");
                                }
                                left.remove(0);
                            }
                            assertThat(left).isEmpty();
                            assertThat(served(SOURCES.relativize(script).toString()))
                                    .doesNotContainPattern("(?m)^ *(/\\*\\*.*\\*/$|//|\\*)");
                        }));
    }

    @Test
    void aLicenceOfOthersIsServed() throws IOException {
        assertThat(served("lit/lit-html.js")).contains("@license");
    }

    private String served(String path) throws IOException {
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(
                files.find(files.version() + "/" + path).orElseThrow().content()))) {
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The bounds that the scripts of the pages were given: what a browser has to fetch for the list, and for all. */
    @Test
    void theScriptsStaySmall() throws IOException {
        String page = new String(files.index("../elasticjob"), StandardCharsets.UTF_8);
        int list = files.paths().stream()
                .filter(path -> path.endsWith(".js") && page.contains("/" + path + "\""))
                .mapToInt(this::compressed)
                .sum();
        int all = files.paths().stream()
                .filter(path -> path.endsWith(".js"))
                .mapToInt(this::compressed)
                .sum();
        assertThat(list).isBetween(1, 30_000);
        assertThat(all).isLessThan(75_000);
        for (Path script : scripts()) {
            assertThat(Files.readAllLines(script)).as(script.toString()).hasSizeLessThan(400);
        }
    }

    private int compressed(String path) {
        return files.find(files.version() + "/" + path).orElseThrow().content().length;
    }

    private static List<Path> scripts() throws IOException {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            return all.filter(path -> path.toString().endsWith(".js")).sorted().toList();
        }
    }

    private static Map<String, Object> words(String language) {
        try {
            return Json.read(Files.readAllBytes(SOURCES.resolve("i18n/" + language + ".json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
