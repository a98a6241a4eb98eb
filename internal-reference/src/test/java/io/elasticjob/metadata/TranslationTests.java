package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page and its translation have the same sections, and show the same code, commands and logs. */
class TranslationTests {

    private static final Path ROOT = Path.of("..");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}(?= )");
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern INDENTED = Pattern.compile("(?m)^ {4}\\S.*$");

    @ParameterizedTest
    @ValueSource(strings = {"README", "docs/getting-started"})
    void sectionsAndSnippetsAreThoseOfTheEnglishPage(String page) throws IOException {
        String english = Files.readString(ROOT.resolve(page + ".md"));
        String chinese = Files.readString(ROOT.resolve(page + ".zh-CN.md"));

        assertThat(all(HEADING, chinese))
                .as("levels of the headings of %s.zh-CN.md, in the order of %s.md", page, page)
                .isNotEmpty()
                .isEqualTo(all(HEADING, english));
        assertThat(all(FENCED, chinese))
                .as("blocks of code of %s.zh-CN.md", page)
                .isEqualTo(all(FENCED, english));
        assertThat(all(INDENTED, without(chinese)))
                .as("commands and logs of %s.zh-CN.md", page)
                .isEqualTo(all(INDENTED, without(english)));
    }

    private static String without(String page) {
        return FENCED.matcher(page).replaceAll("");
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).toList();
    }
}
