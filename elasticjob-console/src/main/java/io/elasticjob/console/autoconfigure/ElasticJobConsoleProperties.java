package io.elasticjob.console.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the console. */
@ConfigurationProperties("elasticjob.console")
public class ElasticJobConsoleProperties {

    /** Title of the pages. The namespace if not set. */
    private String title = "";

    /** Addresses of consoles of other namespaces, by the name that the page shows for each. */
    private final Map<String, String> links = new LinkedHashMap<>();

    /**
     * Address at which people find the log of an execution. {job}, {firing}, {shard}, {attempt}, {instance}, {from} and {to}
     * are replaced by those of the execution.
     */
    private String logUrl = "";

    /** Address at which people find the trace of an execution, with the same placeholders as the address of its log. */
    private String traceUrl = "";

    public String getTitle() {
        return title;
    }

    public void setTitle(String value) {
        title = value;
    }

    public Map<String, String> getLinks() {
        return links;
    }

    public String getLogUrl() {
        return logUrl;
    }

    public void setLogUrl(String value) {
        logUrl = value;
    }

    public String getTraceUrl() {
        return traceUrl;
    }

    public void setTraceUrl(String value) {
        traceUrl = value;
    }
}
