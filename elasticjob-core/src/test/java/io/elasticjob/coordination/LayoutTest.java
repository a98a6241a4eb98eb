package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LayoutTest {

    private final Layout layout = new Layout("shop");

    @Test
    void thePathsAreTheOnesThatOperatorsKnow() {
        assertThat(layout.instance("a.1")).isEqualTo("/shop/instances/a.1");
        assertThat(layout.job("orders")).isEqualTo("/shop/jobs/orders");
        assertThat(layout.record("orders", "x77", 2)).isEqualTo("/shop/shards/orders@x77/2");
    }

    @Test
    void aPathTellsWhatItIsTheNodeOf() {
        assertThat(layout.instanceAt("/shop/instances/a.1")).contains("a.1");
        assertThat(layout.jobAt("/shop/jobs/orders")).contains("orders");
        assertThat(layout.jobAt("/shop/jobs/orders/trigger-0000000001")).isEmpty();
        assertThat(layout.jobAt("/shop/jobs")).isEmpty();
        assertThat(layout.jobAt("/shop2/jobs/orders")).isEmpty();
    }

    @Test
    void anOfferTellsTheShardAndTheLifeOfItsJob() {
        Layout.JobLife of = new Layout.JobLife("orders", "x77");
        assertThat(layout.offer(of, 3)).isEqualTo("/shop/offers/orders@x77@3");
        assertThat(Layout.offeredBy("orders@x77@3")).contains(new Layout.ShardOf(of, 3));
        assertThat(Layout.offeredBy("orders@x77")).isEmpty();
        assertThat(Layout.offeredBy("orders@@3")).isEmpty();
        assertThat(Layout.offeredBy("@x77@3")).isEmpty();
        assertThat(Layout.offeredBy("orders@x77@123456")).isEmpty();
        assertThat(layout.isOfOffers("/shop/offers")).isTrue();
        assertThat(layout.isOfOffers(layout.offer(of, 3))).isTrue();
        assertThat(layout.isOfOffers("/shop/jobs/orders")).isFalse();
    }

    @Test
    void aTriggersNodeTellsItsNumberAndItsJob() {
        Layout layout = new Layout("shop");
        assertThat(layout.trigger("orders", 12)).isEqualTo("/shop/jobs/orders/trigger-0000000012");
        assertThat(Layout.triggerNumber("trigger-0000000012")).contains(12L);
        assertThat(Layout.triggerNumber("trigger-12")).isEmpty();
        assertThat(layout.triggerAt("/shop/jobs/orders/trigger-0000000012"))
                .contains(new Layout.TriggerOf("orders", 12));
        assertThat(layout.triggerAt("/shop/jobs/trigger-0000000012")).isEmpty();
        assertThat(layout.triggerAt("/shop/jobs/orders")).isEmpty();
    }

    @Test
    void noTwoRequestsOfDifferentJobsHaveOneNode() {
        assertThat(layout.request("orders", "close-may")).isEqualTo("/shop/request-close-may@orders");
        assertThat(layout.request("b-c", "a")).isNotEqualTo(layout.request("c", "a-b"));
        assertThat(layout.request("request-a", "b")).isNotEqualTo(layout.request("b", "request-a"));
    }

    @Test
    void aFolderOfRecordsTellsWhichLifeOfWhichJobItBelongsTo() {
        assertThat(Layout.lifeNamed("orders@x77")).contains(new Layout.JobLife("orders", "x77"));
        assertThat(Layout.lifeNamed("orders")).isEmpty();
        assertThat(Layout.lifeNamed("orders@")).isEmpty();
        assertThat(Layout.lifeNamed("@x77")).isEmpty();
        assertThat(Layout.lifeNamed("orders@seven+eleven")).isEmpty();
    }

    @Test
    void whoCanRegisterFindsEverythingElseLaid() {
        assertThat(layout.roots()).startsWith("/shop").endsWith("/shop/instances");
    }

    @Test
    void aNamespaceWithASlashIsRefusedByItsKey() {
        assertThatThrownBy(() -> new Layout("a/b"))
                .hasMessageContaining("elasticjob.namespace")
                .hasMessageContaining("a/b");
    }
}
