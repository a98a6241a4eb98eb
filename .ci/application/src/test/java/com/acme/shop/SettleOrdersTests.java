package com.acme.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

@ElasticJobTest
@Import(Ledger.class)
class SettleOrdersTests {

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private Ledger ledger;

    @Test
    void settlesBothRegions() {
        assertThat(tester.run("settleOrders")).hasSize(2).allSucceeded().ranShards(0, 1);
        assertThat(ledger.settled()).containsExactlyInAnyOrder("north", "south");
    }
}
