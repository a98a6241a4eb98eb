package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestNameTest {

    @Test
    void theNameThatWasMostLikelyMeantIsNamed() {
        assertThat(NearestName.hint("odrers", List.of("invoices", "orders"))).isEqualTo("; did you mean \"orders\"?");
        assertThat(NearestName.to("send-mails", List.of("sendMails"))).contains("sendMails");
    }

    @Test
    void whereNoneIsNearTheNamesAreListedButNotWithoutEnd() {
        List<String> known = IntStream.range(0, 1_000).mapToObj(i -> "job-" + i).toList();

        assertThat(NearestName.hint("invoices", List.of("orders", "parcels"))).isEqualTo("; there are orders, parcels");
        assertThat(NearestName.hint("invoices", known))
                .startsWith("; there are job-0, job-1, ")
                .endsWith(" and 950 more")
                .hasSizeLessThan(1_000);
        assertThat(NearestName.hint("x", List.of("y".repeat(247_000)))).hasSizeLessThan(200);
    }

    @Test
    void longTextsAreNearToNothingAndComparedWithNothing() {
        String typed = "a".repeat(247_000);
        List<String> known =
                IntStream.range(0, 1_000).mapToObj(i -> "a".repeat(1_000) + i).toList();

        assertThat(NearestName.to(typed, known)).isEmpty();
        assertThat(NearestName.to(typed, List.of(typed))).isEmpty();
        assertThat(NearestName.to("orders", known)).isEmpty();
    }
}
