package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What pages show as Java is a part of a test, which is compiled and run. */
class SnippetTests {

    private static final Path ROOT = Path.of("..");
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^ *```java\\n(.*?)^ *```$");

    /** What no test shows yet, by a part of each snippet: these pages came at the same time as this test. */
    private static final List<String> TO_BE_SHOWN =
            List.of("context.skip(", "join = Join.ALL", "firingDeadline = \"4h\"");

    /** Of all pages that have one: the pages of the documentation, and those of the samples. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String root : List.of("docs", "samples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(root))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        pages.addAll(List.of(ROOT.resolve("README.md"), ROOT.resolve("README.zh-CN.md")));
        return pages.stream()
                .filter(page -> !snippets(read(page)).isEmpty())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void eachSnippetIsPartOfATest(Path page) {
        List<String> sources = sources();

        assertThat(snippets(read(page)))
                .filteredOn(snippet -> TO_BE_SHOWN.stream().noneMatch(snippet::contains))
                .allSatisfy(snippet -> assertThat(sources)
                        .as("a source of a test with these lines of %s: %s", page, snippet)
                        .anyMatch(source -> shows(snippet, source)));
    }

    @Test
    void thereAreSnippets() throws IOException {
        assertThat(pages()).hasSizeGreaterThan(20);
    }

    @Test
    void whatIsLeftOutOfASnippetIsABody() {
        assertThat(shows("void a() { … } int b;", "{ void a() { if (x) { y(); } } int b; }"))
                .isTrue();
        assertThat(shows("void a() { … } int b;", "void a() { } void c() { } int b;"))
                .isFalse();
    }

    @Test
    void aLineThatIsInNoTestIsFound() {
        assertThat(snippets("text\n```java\nint a =\n    1;\n```\n")).containsExactly("int a = 1;");
        assertThat(sources()).noneMatch(source -> shows("this is not" + " in any test", source));
    }

    /** Whether these lines are in a source, where { … } stands for any body. */
    private static boolean shows(String snippet, String source) {
        String pattern = Arrays.stream(snippet.split(Pattern.quote("{ … }"), -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("\\{(?:[^{}]|\\{[^{}]*})*}"));
        return snippet.contains("…") ? Pattern.compile(pattern).matcher(source).find() : source.contains(snippet);
    }

    /** On one line, with single spaces: how code is broken into lines is the formatter's business. */
    private static String plain(String code) {
        return code.replaceAll("\\s+", " ").strip().replace("( ", "(").replace(" .", ".");
    }

    private static List<String> snippets(String page) {
        return SNIPPET.matcher(page)
                .results()
                .map(found -> plain(found.group(1)))
                .toList();
    }

    private static List<String> sources() {
        List<String> sources = new ArrayList<>();
        for (String root : List.of(
                "elasticjob-test",
                "elasticjob-spring-boot-starter",
                "internal-testing-migration",
                "samples/quickstart")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(root).resolve("src"))) {
                sources.addAll(files.filter(file -> file.toString().endsWith(".java"))
                        .map(SnippetTests::read)
                        .map(SnippetTests::plain)
                        .collect(Collectors.toList()));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
