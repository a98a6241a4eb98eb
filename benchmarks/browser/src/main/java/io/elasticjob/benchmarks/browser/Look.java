package io.elasticjob.benchmarks.browser;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one address again and again, each time as somebody who has never been there. Prints figures, one to a line, as {@code
 * name=value}.
 */
public final class Look implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    /** Notes when rows are there first: before every script of the page. */
    private static final String WATCH = """
            addEventListener('DOMContentLoaded', () => {
              const look = () => {
                if (window.rowsAt === undefined && document.querySelector(ROWS)) {
                  window.rowsAt = performance.now();
                }
              };
              new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
            });
            window.longest = 0;
            new PerformanceObserver(list => list.getEntries().forEach(one => { window.longest = Math.max(window.longest, one.duration); }))
              .observe({ type: 'longtask', buffered: true });
            """;

    /** From the key to the rows that it leaves: those drawn after the next answer. */
    private static final String FILTER = """
            ([search, rows, text, left]) => new Promise((resolve, reject) => {
              const field = document.querySelector(search);
              const begin = performance.now();
              const look = () => {
                const all = [...document.querySelectorAll(rows)];
                if (all.length === left && all.every(one => one.textContent.includes(text))) {
                  requestAnimationFrame(() => resolve(performance.now() - begin));
                } else if (performance.now() - begin > 20000) {
                  reject(new Error(`there are ${all.length} rows`));
                } else {
                  requestAnimationFrame(look);
                }
              };
              Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
              field.dispatchEvent(new Event('input', { bubbles: true }));
              look();
            })""";

    /** The browser of this machine is used: none is fetched. */
    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

    private final Browser browser;

    private Look() {
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable())
                        .setArgs(List.of("--no-sandbox", "--disable-background-networking")));
    }

    /**
     * @param args address, rows and search field as selectors, a text that one row alone has, how often, then what else is
     *     measured: {@code gantt}, {@code busy}
     */
    public static void main(String[] args) throws IOException {
        String address = args[0];
        Pages pages = new Pages(address, args[1], args[2]);
        int times = Integer.parseInt(args[4]);
        List<String> further = List.of(args).subList(5, args.length);
        try (Look look = new Look()) {
            look.visit(pages); // What is compiled and cached at the servers is so by then.
            if (further.contains("busy")) {
                look.busy(pages);
            } else {
                look.visits(pages, args[3], times);
                look.faults(pages);
            }
            if (further.contains("gantt")) {
                look.gantt(pages);
            }
        }
    }

    private record Pages(String address, String rows, String search) {}

    private BrowserContext someone(Pages pages) {
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 860).setLocale("en-US"));
        context.setDefaultTimeout(60_000);
        context.addInitScript(WATCH.replace("ROWS", "'" + pages.rows() + "'"));
        return context;
    }

    private static Page open(BrowserContext context, Pages pages) {
        Page page = context.newPage();
        page.navigate(pages.address());
        page.waitForCondition(() -> page.evaluate("window.rowsAt !== undefined").equals(true));
        return page;
    }

    private Map<?, ?> visit(Pages pages) {
        try (BrowserContext context = someone(pages)) {
            Page page = open(context, pages);
            return (Map<?, ?>) page.evaluate("""
                    () => {
                      const all = performance.getEntriesByType('resource');
                      const bytes = kind => all.filter(one => kind(one)).reduce((sum, one) => sum + one.encodedBodySize, 0);
                      return {
                        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
                        rows: window.rowsAt,
                        scripts: bytes(one => new URL(one.name).pathname.endsWith('.js')) / 1024,
                        answers: bytes(one => one.initiatorType === 'fetch' && !one.name.endsWith('.json') && !one.name.endsWith('.js')) / 1024,
                      };
                    }""");
        }
    }

    private void visits(Pages pages, String text, int times) {
        List<Double> paints = new ArrayList<>();
        List<Double> rows = new ArrayList<>();
        Map<?, ?> last = Map.of();
        for (int i = 0; i < times; i++) {
            last = visit(pages);
            paints.add(number(last.get("paint")));
            rows.add(number(last.get("rows")));
        }
        tell("paint", middle(paints));
        tell("rows", middle(rows));
        tell("scripts", number(last.get("scripts")));
        tell("answers", number(last.get("answers")));
        List<Double> keys = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            try (BrowserContext context = someone(pages)) {
                Page page = open(context, pages);
                page.locator(pages.search()).first().waitFor();
                keys.add(number(page.evaluate(FILTER, List.of(pages.search(), pages.rows(), text, 1))));
            }
        }
        tell("filtered", middle(keys));
    }

    /** Kinds of faults that keep people with a screen reader or bad eyes from using it. */
    private void faults(Pages pages) throws IOException {
        try (BrowserContext context = someone(pages)) {
            Page page = open(context, pages);
            page.evaluate(axe());
            tell(
                    "faults",
                    number(page.evaluate(
                            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.length")));
        }
    }

    /** What a tab costs that looks on while much is going on: the longest task, and what it is sent. */
    private void busy(Pages pages) {
        try (BrowserContext context = someone(pages)) {
            Page page = open(context, pages);
            CDPSession session = context.newCDPSession(page);
            AtomicLong bytes = new AtomicLong();
            session.send("Network.enable");
            session.on(
                    "Network.dataReceived",
                    (JsonObject data) ->
                            bytes.addAndGet(data.get("encodedDataLength").getAsLong()));
            page.waitForTimeout(3_000); // What is loaded once is loaded by then.
            bytes.set(0);
            page.evaluate("window.longest = 0");
            int seconds = 10;
            page.waitForTimeout(seconds * 1_000);
            tell("longestTask", number(page.evaluate("window.longest")));
            tell("received", bytes.get() / 1_024.0 / seconds);
        }
    }

    /** How long the picture of many executions takes, until the browser has drawn it. */
    private void gantt(Pages pages) {
        try (BrowserContext context = someone(pages)) {
            Page page = open(context, pages);
            for (int[] size : new int[][] {{100, 100}, {1_000, 100}}) {
                List<Double> took = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    took.add(number(page.evaluate("""
                            async ([shards, firings]) => {
                              const at = path => new URL(path, document.querySelector('script[type=module]').src);
                              const [{ gantt, extent }, { render }] = await Promise.all([import(at('parts/gantt.js')), import(at('lit/lit-html.js'))]);
                              const executions = Array.from({ length: shards * firings }, (_, i) => {
                                const begin = Date.UTC(2026, 0, 1) + Math.floor(i / shards) * 60000 + i % 7 * 300;
                                return { shard: i % shards, attempt: 1, outcome: i % 97 ? 'SUCCEEDED' : 'FAILED', fireTime: new Date(begin).toISOString(),
                                  startedAt: new Date(begin).toISOString(), endedAt: new Date(begin + 20000).toISOString() };
                              });
                              const place = document.createElement('div');
                              document.querySelector('main').prepend(place);
                              await new Promise(requestAnimationFrame);
                              const start = performance.now();
                              render(gantt(executions, { ...extent(executions), width: 1200, hover: null }, { hover() {}, choose() {}, zoom() {} }), place);
                              place.getBoundingClientRect();
                              await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
                              const took = performance.now() - start;
                              place.remove();
                              return took;
                            }""", List.of(size[0], size[1]))));
                }
                tell("gantt" + size[0] * size[1], middle(took));
            }
        }
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static double middle(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static void tell(String name, double value) {
        System.out.println(name + "=" + value);
    }

    private static Path executable() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no Chromium on this machine: install chromium"));
    }

    private static String axe() throws IOException {
        Properties jar = new Properties();
        jar.load(new StringReader(read("META-INF/maven/org.webjars.npm/axe-core/pom.properties")));
        return read("META-INF/resources/webjars/axe-core/" + jar.getProperty("version") + "/axe.min.js");
    }

    private static String read(String resource) throws IOException {
        try (InputStream stream = Look.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IOException(resource + " is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        playwright.close();
    }
}
