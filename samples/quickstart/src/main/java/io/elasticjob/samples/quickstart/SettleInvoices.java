package io.elasticjob.samples.quickstart;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Every 5 seconds settles a few open invoices of each region. A region is a shard; any instance can run any of them. */
@Component
@ElasticJob(
        cron = "0/5 * * * * ?",
        shardingTotalCount = 4,
        shardingItemParameters = "0=EMEA,1=APAC,2=AMER,3=LATAM",
        failover = true)
class SettleInvoices implements SimpleJob {

    private static final Logger LOG = LoggerFactory.getLogger(SettleInvoices.class);
    private static final int BATCH = 20;

    private final Invoices invoices;
    private final String instance;

    SettleInvoices(Invoices invoices, @Value("${elasticjob.instance.name}") String instance) {
        this.invoices = invoices;
        this.instance = instance;
    }

    @Override
    public void execute(ShardingContext context) {
        String region = context.shardingParameter();
        int settled = 0;
        for (String number : invoices.oldestOpen(region, BATCH)) {
            if (context.isCancelled()) {
                break; // The rest stays open for the next firing, wherever that runs.
            }
            if (invoices.settle(number, context)) {
                settled++;
            }
        }
        LOG.info(
                "{} runs shard {} of {} ({}): {}",
                instance,
                context.shardingItem(),
                context.shardingTotalCount(),
                region,
                report(settled, invoices.countOpen(region)));
    }

    private static String report(int settled, int open) {
        return settled == 0 && open == 0 ? "nothing open" : "settled " + settled + " invoices, " + open + " still open";
    }
}
