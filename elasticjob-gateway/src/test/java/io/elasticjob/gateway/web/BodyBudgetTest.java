package io.elasticjob.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.gateway.wire.WireLimits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private final BodyBudget budget = new BodyBudget(1024, 1);

    /** As many bytes as it gets, one by one. */
    private static int takeAll(BodyBudget.Share share) {
        int taken = 0;
        while (share.take(1)) {
            taken++;
        }
        return taken;
    }

    @Test
    void aClientTakesHalfOfItInHoweverManyBodies() {
        BodyBudget.Share first = budget.share("images");
        assertThat(first.take(500)).isTrue();
        assertThat(takeAll(budget.share("images"))).isEqualTo(12);
        first.end();
        assertThat(takeAll(budget.share("images"))).isEqualTo(500);
    }

    @Test
    void howeverManyClientsTakeAllThatTheyGetSomethingIsLeftForAnother() {
        List<BodyBudget.Share> shares = new ArrayList<>();
        for (int client = 0; client < 9; client++) {
            BodyBudget.Share share = budget.share("client " + client);
            shares.add(share);
            assertThat(takeAll(share)).isPositive();
        }
        shares.forEach(BodyBudget.Share::end);
        assertThat(takeAll(budget.share("client 1"))).isEqualTo(512);
    }

    @Test
    void whoHasNoOtherBodyTakesAWholeOneHoweverManyClientsCameBefore() {
        int body = WireLimits.BODY_BYTES;
        BodyBudget whole = new BodyBudget(BodyBudget.BYTES, body);
        int clients = 0;
        for (BodyBudget.Share first = whole.share("0"); first.take(body); first = whole.share("" + clients)) {
            BodyBudget.Share next = first;
            while (next.take(body)) {
                next = whole.share("" + clients);
            }
            clients++;
        }
        assertThat(clients).isEqualTo(7);
        assertThat(whole.share("another").take(1)).isFalse();
    }

    @Test
    void aBodyIsNotBrokenOffBecauseOthersHaveComeMeanwhile() {
        int body = WireLimits.BODY_BYTES;
        BodyBudget whole = new BodyBudget(BodyBudget.BYTES, body);
        BodyBudget.Share slow = whole.share("slow");
        assertThat(slow.take(body - 1)).isTrue();
        for (int client = 0; client < 63; client++) {
            assertThat(whole.share("client " + client).take(body)).isTrue();
        }
        assertThat(slow.take(1)).isTrue();
        assertThat(slow.take(1)).isFalse();
    }

    @Test
    void whatIsOverTakesNothingAndGivesNothingBackTwice() {
        BodyBudget.Share share = budget.share("images");
        assertThat(share.take(100)).isTrue();
        share.end();
        share.end();
        assertThat(share.take(1)).isFalse();
        assertThat(takeAll(budget.share("images"))).isEqualTo(512);
    }
}
