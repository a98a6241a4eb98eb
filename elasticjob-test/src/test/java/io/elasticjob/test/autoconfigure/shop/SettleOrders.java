package io.elasticjob.test.autoconfigure.shop;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import org.springframework.stereotype.Component;

@Component
@ElasticJob(cron = "0 0 * * * ?", zone = "UTC", shardingTotalCount = 2, shardingItemParameters = "0=north,1=south")
public class SettleOrders implements SimpleJob {

    private final Ledger ledger;

    SettleOrders(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void execute(ShardingContext context) {
        ledger.write(context.shardingParameter());
    }
}
