package io.elasticjob.boot.aot;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import org.springframework.context.annotation.Bean;

/** What a configuration inherits. Not a part of the application's class, where it would be a configuration itself. */
class InheritedBeans {
    @Bean
    @ElasticJob(name = "inherited-bean", every = "1s")
    SimpleJob inherited(AheadOfTimeApplication.Ledger ledger) {
        return AheadOfTimeApplication.writing(ledger);
    }

    interface Offering {
        @Bean
        @ElasticJob(name = "bean-of-interface", every = "1s")
        default SimpleJob offered(AheadOfTimeApplication.Ledger ledger) {
            return AheadOfTimeApplication.writing(ledger);
        }
    }
}
