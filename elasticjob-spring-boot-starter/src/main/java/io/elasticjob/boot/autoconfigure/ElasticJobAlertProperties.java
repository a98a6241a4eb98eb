package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.alert.WebhookFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** The configuration properties of alerts, as written: checked where they are used. */
@ConfigurationProperties("elasticjob.alerts")
public class ElasticJobAlertProperties {

    /** Whether alerts are sent. The default is true as soon as a channel is configured or there is an AlertChannel bean. */
    private @Nullable Boolean enabled;

    /**
     * Whether it is told as well that something alerted is over: a job succeeds again, a long execution has ended, the clock
     * is right, the registry is reached.
     */
    private boolean recovered = true;

    /**
     * Least time between two alerts of the same job and condition on one channel. The last one held back follows when it is
     * over, with the number of the others.
     */
    private Duration interval = Duration.ofMinutes(10);

    /** Most alerts that one channel is given within a minute; how many more there were is told a minute later. */
    private int maxPerMinute = 10;

    private final On on = new On();

    private final Log log = new Log();

    private final Mail mail = new Mail();

    /** Receivers of HTTP POST requests by name, with 'url', 'format', 'secret', 'template' and 'timeout'. */
    private Map<String, Webhook> webhooks = new LinkedHashMap<>();

    /**
     * What holds for single jobs by name: 'enabled', 'failures-in-a-row' and 'longer-than'. Names match without case, dashes
     * and dots.
     */
    private Map<String, Job> jobs = new LinkedHashMap<>();

    public @Nullable Boolean getEnabled() {
        return enabled;
    }

    public void setEnabled(@Nullable Boolean enabled) {
        this.enabled = enabled;
    }

    public boolean isRecovered() {
        return recovered;
    }

    public void setRecovered(boolean recovered) {
        this.recovered = recovered;
    }

    public Duration getInterval() {
        return interval;
    }

    public void setInterval(Duration interval) {
        this.interval = interval;
    }

    public int getMaxPerMinute() {
        return maxPerMinute;
    }

    public void setMaxPerMinute(int maxPerMinute) {
        this.maxPerMinute = maxPerMinute;
    }

    public On getOn() {
        return on;
    }

    public Log getLog() {
        return log;
    }

    public Mail getMail() {
        return mail;
    }

    public Map<String, Webhook> getWebhooks() {
        return webhooks;
    }

    public void setWebhooks(Map<String, Webhook> webhooks) {
        this.webhooks = webhooks;
    }

    public Map<String, Job> getJobs() {
        return jobs;
    }

    public void setJobs(Map<String, Job> jobs) {
        this.jobs = jobs;
    }

    /** What is worth an alert. */
    public static class On {

        /** From how many failures in a row of one shard of a job on this instance. 0 is never. */
        private int failuresInARow = 3;

        /** How long an execution may run; one that still runs then is told while it does. The default is for ever. */
        private @Nullable Duration longerThan;

        /** Whether a firing that nobody has begun in time is told, by the leader. */
        private boolean overdue = true;

        /** Whether an execution that was overtaken is told. */
        private boolean fenced = true;

        /** Whether an execution is told whose instance died, and that is not run again. */
        private boolean lost = true;

        /** Whether a job is told that can not run on this instance as it is declared. */
        private boolean refused = true;

        /** Whether a value in the registry is told that this version can not read. */
        private boolean unreadable = true;

        /** Whether a clock is told that is too far from the registry's. */
        private boolean clockOff = true;

        /** Whether a job engine is told that stands still. */
        private boolean stuck = true;

        /** How long an instance may be without the registry that it had reached. 0 is for ever. */
        private Duration registryAway = Duration.ofMinutes(1);

        public int getFailuresInARow() {
            return failuresInARow;
        }

        public void setFailuresInARow(int failuresInARow) {
            this.failuresInARow = failuresInARow;
        }

        public @Nullable Duration getLongerThan() {
            return longerThan;
        }

        public void setLongerThan(@Nullable Duration longerThan) {
            this.longerThan = longerThan;
        }

        public boolean isOverdue() {
            return overdue;
        }

        public void setOverdue(boolean overdue) {
            this.overdue = overdue;
        }

        public boolean isFenced() {
            return fenced;
        }

        public void setFenced(boolean fenced) {
            this.fenced = fenced;
        }

        public boolean isLost() {
            return lost;
        }

        public void setLost(boolean lost) {
            this.lost = lost;
        }

        public boolean isRefused() {
            return refused;
        }

        public void setRefused(boolean refused) {
            this.refused = refused;
        }

        public boolean isUnreadable() {
            return unreadable;
        }

        public void setUnreadable(boolean unreadable) {
            this.unreadable = unreadable;
        }

        public boolean isClockOff() {
            return clockOff;
        }

        public void setClockOff(boolean clockOff) {
            this.clockOff = clockOff;
        }

        public boolean isStuck() {
            return stuck;
        }

        public void setStuck(boolean stuck) {
            this.stuck = stuck;
        }

        public Duration getRegistryAway() {
            return registryAway;
        }

        public void setRegistryAway(Duration registryAway) {
            this.registryAway = registryAway;
        }
    }

    /** Alerts in the log. */
    public static class Log {

        /** Whether alerts are written to the log, as io.elasticjob.alerts. */
        private boolean enabled;

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }
    }

    /** Alerts by e-mail, through the application's mail sender. */
    public static class Mail {

        /** Addresses to mail alerts to; needs a mail sender, which 'spring.mail.host' makes. */
        private List<String> to = new ArrayList<>();

        /** Address that alerts are mailed from. The default is whatever the mail sender puts there. */
        private @Nullable String from;

        public List<String> getTo() {
            return to;
        }

        public void setTo(List<String> to) {
            this.to = to;
        }

        public @Nullable String getFrom() {
            return from;
        }

        public void setFrom(@Nullable String from) {
            this.from = from;
        }
    }

    /** A receiver of HTTP POST requests. */
    public static class Webhook {

        /** Where to post alerts; with its token as good as a password. Never logged or shown. */
        private @Nullable String url;

        /** What the receiver understands. */
        private WebhookFormat format = WebhookFormat.JSON;

        /** What messages are signed with, for the formats that can. Never logged or shown. */
        private @Nullable String secret;

        /** The text for people, with placeholders such as {headline} and {detail}. */
        private String template = "{text}";

        /** How long the receiver may take to answer, from connecting to the end. */
        private Duration timeout = Duration.ofSeconds(10);

        public @Nullable String getUrl() {
            return url;
        }

        public void setUrl(@Nullable String url) {
            this.url = url;
        }

        public WebhookFormat getFormat() {
            return format;
        }

        public void setFormat(WebhookFormat format) {
            this.format = format;
        }

        public @Nullable String getSecret() {
            return secret;
        }

        public void setSecret(@Nullable String secret) {
            this.secret = secret;
        }

        public String getTemplate() {
            return template;
        }

        public void setTemplate(String template) {
            this.template = template;
        }

        public Duration getTimeout() {
            return timeout;
        }

        public void setTimeout(Duration timeout) {
            this.timeout = timeout;
        }
    }

    /** What holds for one job. */
    public static class Job {

        /** Whether anything about this job is told. */
        private boolean enabled = true;

        /** From how many failures in a row of a shard; that of all jobs by default. */
        private @Nullable Integer failuresInARow;

        /** How long an execution may run; that of all jobs by default, and 0 for ever. */
        private @Nullable Duration longerThan;

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public @Nullable Integer getFailuresInARow() {
            return failuresInARow;
        }

        public void setFailuresInARow(@Nullable Integer failuresInARow) {
            this.failuresInARow = failuresInARow;
        }

        public @Nullable Duration getLongerThan() {
            return longerThan;
        }

        public void setLongerThan(@Nullable Duration longerThan) {
            this.longerThan = longerThan;
        }
    }
}
