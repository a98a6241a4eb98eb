package com.acme.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.AutoConfigureElasticJob;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
@AutoConfigureElasticJob
class ShopApplicationTests {

    @Autowired
    private ElasticJobTester tester;

    @Test
    void reportsOncePerSecond() {
        tester.advance(Duration.ofSeconds(3));

        assertThat(tester.executionsOf("reports-nightly")).hasSize(3).allSucceeded();
    }
}
