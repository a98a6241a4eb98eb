package io.elasticjob.samples.quickstart;

import io.elasticjob.boot.ElasticJob;
import io.elasticjob.samples.quickstart.Invoices.Share;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says who has done what. One shard only, so that only one instance says it. */
@Component
class InvoiceSummary {

    private static final Logger LOG = LoggerFactory.getLogger(InvoiceSummary.class);

    private final Invoices invoices;

    InvoiceSummary(Invoices invoices) {
        this.invoices = invoices;
    }

    @ElasticJob(name = "summary", every = "10s")
    public void write() {
        LOG.info(text());
    }

    String text() {
        List<Share> shares = invoices.settledByInstance();
        int settled = shares.stream().mapToInt(Share::settled).sum();
        String byWhom = shares.stream()
                .map(share -> share.settled() + " by " + share.instance())
                .collect(Collectors.joining(", ", ": ", ""));
        return "Summary: " + settled + " of " + invoices.count() + " invoices are settled"
                + (shares.isEmpty() ? "" : byWhom);
    }
}
