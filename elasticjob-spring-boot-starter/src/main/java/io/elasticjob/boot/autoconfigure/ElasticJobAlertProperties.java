package io.elasticjob.boot.autoconfigure;

import io.elasticjob.alert.WebhookFormat;
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

    /** Whether to send alerts. The default is true if a channel is configured or there is an AlertChannel bean. */
    private @Nullable Boolean enabled;

    /**
     * Whether to send a message when the cause of an alert is over: a job succeeds again, a long execution has ended,
     * the clock is right, ZooKeeper is connected.
     */
    private boolean recovered = true;

    /**
     * Minimum time between two alerts of the same job and condition on one channel. Then the last one that was held
     * back is sent, with the number of the others.
     */
    private Duration interval = Duration.ofMinutes(10);

    /**
     * Maximum number of alerts for one channel within a minute. A message one minute later gives the number of those
     * dropped.
     */
    private int maxPerMinute = 10;

    private final On on = new On();

    private final Log log = new Log();

    private final Mail mail = new Mail();

    /** Receivers of HTTP POST requests by name, with 'url', 'format', 'secret', 'template' and 'timeout'. */
    private Map<String, Webhook> webhooks = new LinkedHashMap<>();

    /**
     * Settings for single jobs by name: 'enabled', 'failures-in-a-row' and 'longer-than'. Names match regardless of
     * case, dashes and dots.
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

        /** Alert after this many failures in a row of one shard on this instance. 0 disables this alert. */
        private int failuresInARow = 3;

        /** Alert while an execution runs for longer than this. If not set, this alert is disabled. */
        private @Nullable Duration longerThan;

        /** Whether the leader alerts when no instance has started a firing in time. */
        private boolean overdue = true;

        /** Whether to alert when a firing has not ended by its firingDeadline. */
        private boolean deadlineMissed = true;

        /** Whether to alert when an execution was overtaken by another instance. */
        private boolean fenced = true;

        /** Whether to alert when an instance died while running an execution that is not run again. */
        private boolean lost = true;

        /** Whether to alert when a job is refused on this instance because of what it declares. */
        private boolean refused = true;

        /** Whether to alert when a value in ZooKeeper cannot be read by this version. */
        private boolean unreadable = true;

        /** Whether to alert when ZooKeeper was emptied, restored from a backup, or somebody deleted folders of the namespace. */
        private boolean dataLost = true;

        /** Whether to alert when an instance's clock differs too much from ZooKeeper's. */
        private boolean clockOff = true;

        /** Whether to alert when ZooKeeper's clock has stepped, so that an instance does not follow it. */
        private boolean registryClockStepped = true;

        /** Whether to alert when a job has paused, because its firings failed one after another (pauseAfterFailures). */
        private boolean paused = true;

        /** Whether to alert when a job engine is stuck. */
        private boolean stuck = true;

        /** Whether to alert when a job engine is connected but does not do its work. */
        private boolean impaired = true;

        /** Alert when an instance has lost its connection to ZooKeeper for this long. 0 disables this alert. */
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

        public boolean isDeadlineMissed() {
            return deadlineMissed;
        }

        public void setDeadlineMissed(boolean deadlineMissed) {
            this.deadlineMissed = deadlineMissed;
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

        public boolean isDataLost() {
            return dataLost;
        }

        public void setDataLost(boolean dataLost) {
            this.dataLost = dataLost;
        }

        public boolean isClockOff() {
            return clockOff;
        }

        public void setClockOff(boolean clockOff) {
            this.clockOff = clockOff;
        }

        public boolean isRegistryClockStepped() {
            return registryClockStepped;
        }

        public void setRegistryClockStepped(boolean registryClockStepped) {
            this.registryClockStepped = registryClockStepped;
        }

        public boolean isPaused() {
            return paused;
        }

        public void setPaused(boolean paused) {
            this.paused = paused;
        }

        public boolean isStuck() {
            return stuck;
        }

        public void setStuck(boolean stuck) {
            this.stuck = stuck;
        }

        public boolean isImpaired() {
            return impaired;
        }

        public void setImpaired(boolean impaired) {
            this.impaired = impaired;
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

        /** Whether to write alerts to the log, as logger io.elasticjob.alerts. */
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

        /**
         * Addresses to which alerts are sent. Requires a mail sender, such as the one that 'spring.mail.host'
         * configures.
         */
        private List<String> to = new ArrayList<>();

        /** Sender address of alerts. The default is that of the mail sender. */
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

        /** URL to which alerts are posted. Its token is as confidential as a password. Never logged or shown. */
        private @Nullable String url;

        /** Format that the receiver expects. */
        private WebhookFormat format = WebhookFormat.JSON;

        /** Secret for signing messages, for the formats that support it. Never logged or shown. */
        private @Nullable String secret;

        /** Text of a message, with placeholders such as {headline} and {detail}. */
        private String template = "{text}";

        /** Timeout for the whole request, from connecting to the end of the answer. */
        private Duration timeout = Duration.ofSeconds(10);

        private final Ssl ssl = new Ssl();

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

        public Ssl getSsl() {
            return ssl;
        }
    }

    /** Connections to a receiver under TLS. */
    public static class Ssl {

        /**
         * SSL bundle with the certificates to trust and, optionally, a client key. By default the certificates that the
         * JVM trusts are used.
         */
        private @Nullable String bundle;

        public @Nullable String getBundle() {
            return bundle;
        }

        public void setBundle(@Nullable String bundle) {
            this.bundle = bundle;
        }
    }

    /** What holds for one job. */
    public static class Job {

        /** Whether to send alerts about this job. */
        private boolean enabled = true;

        /** Alert after this many failures in a row of one shard. The default is the setting for all jobs. */
        private @Nullable Integer failuresInARow;

        /**
         * Alert while an execution runs for longer than this. 0 disables this alert. The default is the setting for all
         * jobs.
         */
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
