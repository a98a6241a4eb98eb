package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All pages of the project: their links, their anchors, the map, and the pages that code and settings name. */
class DocumentationTests {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```[^\\n]*$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern NAMED_PAGE = Pattern.compile("\\bdocs/[A-Za-z0-9_/-]+\\.md(#[a-z0-9-]+)?");
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", "node_modules", ".library");

    @Test
    void everyRelativeLinkAndItsAnchorExist() {
        assertThat(pages())
                .hasSizeGreaterThan(10)
                .allSatisfy(page -> assertThat(links(page))
                        .as("links of %s", ROOT.relativize(page))
                        .allSatisfy(link -> assertThat(problem(page, link)).isEmpty()));
    }

    @Test
    void theMapLeadsToEveryPageOfTheDocumentation() {
        Set<Path> reached = new HashSet<>();
        Deque<Path> toVisit = new ArrayDeque<>(List.of(ROOT.resolve("docs/README.md")));
        while (!toVisit.isEmpty()) {
            Path page = toVisit.pop();
            if (reached.add(page) && page.endsWith(Path.of("docs", "README.md"))) {
                links(page).map(link -> target(page, link)).forEach(toVisit::push);
            }
        }
        assertThat(reached)
                .containsAll(pages().stream()
                        .filter(page -> page.startsWith(ROOT.resolve("docs")))
                        .toList());
    }

    /** In log lines, errors, comments of settings, and elsewhere. */
    @Test
    void everyPageThatAFileNamesExists() {
        assertThat(files(".java", ".yaml", ".yml", ".xml", ".json", ".md", ".sh"))
                .allSatisfy(file -> assertThat(
                                NAMED_PAGE.matcher(read(file)).results().map(MatchResult::group))
                        .as("pages named in %s", ROOT.relativize(file))
                        .allSatisfy(name -> assertThat(problem(ROOT.resolve("README.md"), name))
                                .isEmpty()));
    }

    /** A sample of the rule in CONTRIBUTING that a machine can check. */
    @Test
    void whatUsersReadIsInUsualWords() {
        assertThat(files(".java", ".json", ".yaml", ".md"))
                .filteredOn(file -> !file.toString().contains("/src/test/"))
                .allSatisfy(file -> assertThat(read(file))
                        .as(ROOT.relativize(file).toString())
                        .doesNotContainPattern("(?i)\\bcan not\\b"));
        assertThat(pages())
                .allSatisfy(page -> assertThat(read(page))
                        .as(ROOT.relativize(page).toString())
                        .doesNotContainPattern("(?i)\\b(whoever|anew|lest)\\b"));
    }

    @Test
    void aLinkThatLeadsNowhereIsFound() {
        Path readme = ROOT.resolve("README.md");
        assertThat(problem(readme, "docs/no-such-page.md")).contains("no-such-page");
        assertThat(problem(readme, "CONTRIBUTING.md#no-such-heading")).contains("no-such-heading");
        assertThat(anchors("# A `code.x`: and, more\n```\n# no heading\n```\n## Twice\n## Twice\n"))
                .containsExactlyInAnyOrder("a-codex-and-more", "twice", "twice-1");
    }

    /** What is wrong with a link, or nothing. */
    private static String problem(Path page, String link) {
        Path target = target(page, link);
        if (!Files.exists(target)) {
            return "There is no " + target;
        }
        int anchor = link.indexOf('#');
        return anchor < 0 || anchors(read(target)).contains(link.substring(anchor + 1))
                ? ""
                : target + " has no heading for #" + link.substring(anchor + 1);
    }

    private static Path target(Path page, String link) {
        String path = link.replaceFirst("#.*", "");
        return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    private static Stream<String> links(Path page) {
        return LINK.matcher(FENCED.matcher(read(page)).replaceAll(""))
                .results()
                .map(found -> found.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(String markdown) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        HEADING.matcher(FENCED.matcher(markdown).replaceAll("")).results().forEach(heading -> {
            String anchor = heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        });
        return anchors;
    }

    private static List<Path> pages() {
        return files(".md");
    }

    private static List<Path> files(String... endings) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(String.valueOf(folder.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (Stream.of(endings).anyMatch(file.toString()::endsWith)
                            && !file.getFileName().toString().equals("DocumentationTests.java")) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
