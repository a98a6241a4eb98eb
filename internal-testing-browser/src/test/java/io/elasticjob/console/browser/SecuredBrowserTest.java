package io.elasticjob.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.testing.machine.Needs;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.context.ConfigurableApplicationContext;

/** The console of an application with Spring Security: its login, its roles and its token against forged requests. */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
class SecuredBrowserTest {

    @Test
    void whoMayLookSeesNoButtonsAndWhoMayOperateRunsAJob() throws Exception {
        try (TestingServer server = new TestingServer(true);
                ConfigurableApplicationContext application = Shop.start(
                        server.getConnectString(),
                        0,
                        "--shop.secured=true",
                        "--elasticjob.console.viewer-roles=VIEWER",
                        "--elasticjob.console.operator-roles=OPERATOR");
                Playwright playwright = Playwright.create();
                Browser browser = Chromium.start(playwright);
                Visitor vera = new Visitor(browser, Shop.console(application), Eyes.USUAL);
                Visitor otto = new Visitor(browser, Shop.console(application), Eyes.USUAL)) {
            logIn(vera, "vera");
            vera.page().getByText("Signed in as vera").waitFor();
            vera.page().getByText("Read-only").waitFor();
            vera.go("/jobs/tidy/now", "#shards tbody tr");
            assertThat(vera.page().locator(".actions, #shards button").count()).isZero();
            vera.isContent("looking only");

            logIn(otto, "otto");
            Page page = otto.page();
            otto.go("/jobs/tidy/now", ".actions button");
            page.locator(".actions button.primary").click();
            page.locator("dialog input[name=reason]").fill("with a token");
            page.locator("dialog button[type=submit]").click();
            page.getByText("All shards are done.").waitFor();
            otto.isContent("operating");

            page.context().clearCookies();
            page.getByText("Your session is over").first().waitFor();
        }
    }

    private static void logIn(Visitor visitor, String name) {
        Page page = visitor.page();
        visitor.go("/jobs", "input[name=password]");
        page.locator("input[name=username]").fill(name);
        page.locator("input[name=password]").fill("secret");
        page.locator("button[type=submit]").click();
        page.locator("#jobs tbody tr").first().waitFor();
        visitor.forgive(); // What the login page itself complains about is none of ours.
    }
}
