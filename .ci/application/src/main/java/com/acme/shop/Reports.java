package com.acme.shop;

import io.elasticjob.boot.ElasticJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

@Component
class Reports {

    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    @ElasticJob(cron = "0 30 2 * * ?", zone = "Europe/Berlin")
    void nightly() {
        log.info("Reported");
    }
}
