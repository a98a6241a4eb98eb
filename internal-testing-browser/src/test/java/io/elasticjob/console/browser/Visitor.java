package io.elasticjob.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody with a browser, and what it complains about. */
final class Visitor implements AutoCloseable {

    private static final String AXE =
            read("META-INF/resources/webjars/axe-core/%s/axe.min.js".formatted(System.getProperty("axe-core.version")));

    /** Whether pictures are taken, and where. */
    private static final String PICTURES = System.getProperty("console.pictures", "");

    private final BrowserContext context;
    private final Page page;
    private final String console;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    /** How somebody looks at the pages. */
    record Eyes(int width, ColorScheme colours, String language) {

        static final Eyes USUAL = new Eyes(1280, ColorScheme.LIGHT, "en-US");
    }

    Visitor(Browser browser, String console, Eyes eyes) {
        this.console = console;
        this.context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(eyes.width(), 860)
                .setColorScheme(eyes.colours())
                .setReducedMotion(ReducedMotion.REDUCE)
                .setTimezoneId("Europe/Berlin")
                .setLocale(eyes.language()));
        context.setDefaultTimeout(30_000);
        context.addInitScript(
                "addEventListener('securitypolicyviolation',"
                        + " event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))");
        this.page = context.newPage();
        page.onConsoleMessage(message -> {
            boolean complains = message.type().equals("error") || message.type().equals("warning");
            // A trigger that is done is 404; the browser tells of each of them by itself.
            if (complains && !message.location().contains("/triggers/")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
    }

    Page page() {
        return page;
    }

    /** Goes to an address of the console, such as {@code /jobs}, and waits for what it shows. */
    void go(String address, String shown) {
        page.navigate("about:blank"); // Else what is waited for may be what the page before shows.
        page.navigate(console + "#" + address);
        page.locator(shown).first().waitFor();
    }

    /** That the browser has nothing to complain about, since the last time. */
    void isContent(String where) {
        assertThat(complaints).as(where).isEmpty();
    }

    void forgive() {
        complaints.clear();
    }

    void fitsTheScreen(String where) {
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .as("how much wider than the screen is %s", where)
                .isLessThanOrEqualTo(0);
    }

    /** That everybody can read and use what is shown. */
    void isAccessible(String where) {
        page.evaluate(AXE);
        @SuppressWarnings("unchecked")
        List<String> violations = (List<String>)
                page.evaluate(
                        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(one =>"
                                + " one.nodes.map(node => `${one.id}: ${one.help} at ${node.target} in ${node.html.slice(0, 160)}`))");
        assertThat(violations).as(where).isEmpty();
    }

    void picture(String name) {
        if (!PICTURES.isEmpty()) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(PICTURES, name + ".png")));
        }
    }

    @Override
    public void close() {
        context.close();
    }

    private static String read(String resource) {
        try (InputStream stream = Visitor.class.getClassLoader().getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
