package com.acme.shop;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

@Component
@ElasticJob(every = "1h", shardingTotalCount = 2, shardingItemParameters = "0=north,1=south")
class SettleOrders implements SimpleJob {

    private static final Logger log = LoggerFactory.getLogger(SettleOrders.class);

    private final Ledger ledger;

    SettleOrders(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void execute(ShardingContext context) {
        ledger.settle(context.shardingParameter());
        log.info("Settled {}", context.shardingParameter());
    }
}
