package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.alert.AlertChannel;
import io.elasticjob.alert.AlertCondition;
import io.elasticjob.alert.AlertSettings;
import io.elasticjob.alert.AlertTemplate;
import io.elasticjob.alert.LogAlertChannel;
import io.elasticjob.alert.WebhookAlertChannel;
import io.elasticjob.alert.WebhookTls;
import io.elasticjob.text.Durations;
import io.elasticjob.text.NearestName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * What the properties of alerts say, checked as a whole.
 *
 * @param channels by name; none when no alerts are to be sent
 */
record AlertConfiguration(AlertSettings settings, Map<String, AlertChannel> channels) {

    private static final String PREFIX = "elasticjob.alerts.";
    private static final String SECRET = "(not shown)";

    /** Beyond it a time-out is a mistake. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);

    /**
     * @param beans channels of the application, by bean name
     * @param mail makes the channel of e-mail; asked only when there are recipients
     * @throws InvalidSettingException naming the first setting that cannot be used
     */
    static AlertConfiguration of(
            ElasticJobAlertProperties properties, Map<String, AlertChannel> beans, Supplier<AlertChannel> mail) {
        return of(properties, beans, mail, null);
    }

    /** @param bundles of the application; null where it has none */
    static AlertConfiguration of(
            ElasticJobAlertProperties properties,
            Map<String, AlertChannel> beans,
            Supplier<AlertChannel> mail,
            @Nullable SslBundles bundles) {
        if (Boolean.FALSE.equals(properties.getEnabled())) {
            return new AlertConfiguration(settings(new ElasticJobAlertProperties()), Map.of());
        }
        Map<String, AlertChannel> channels = new LinkedHashMap<>();
        if (properties.getLog().isEnabled()) {
            channels.put("log", new LogAlertChannel());
        }
        if (!properties.getMail().getTo().isEmpty()) {
            channels.put("mail", mail.get());
        }
        properties
                .getWebhooks()
                .forEach((name, webhook) -> channels.put("webhook." + name, webhook(name, webhook, bundles)));
        beans.forEach((name, channel) -> {
            if (channels.putIfAbsent(name, channel) != null) {
                throw new InvalidSettingException(
                        "name of an AlertChannel bean", name, "is that of a configured channel: choose another");
            }
        });
        if (channels.isEmpty() && Boolean.TRUE.equals(properties.getEnabled())) {
            throw new InvalidSettingException(
                    PREFIX + "enabled",
                    "true",
                    "needs a channel: set " + PREFIX + "log.enabled, " + PREFIX + "mail.to or " + PREFIX
                            + "webhooks.<name>.url, or add an AlertChannel bean");
        }
        return new AlertConfiguration(settings(properties), channels);
    }

    private static WebhookAlertChannel webhook(
            String name, ElasticJobAlertProperties.Webhook webhook, @Nullable SslBundles bundles) {
        String key = PREFIX + "webhooks." + name + ".";
        String url = webhook.getUrl();
        if (!StringUtils.hasText(url)) {
            throw new InvalidSettingException(key + "url", "", "must be set: it is where to post alerts");
        }
        String secret = webhook.getSecret();
        if (secret != null && !webhook.getFormat().takesSecret()) {
            throw new InvalidSettingException(
                    key + "secret",
                    SECRET,
                    "is of no use to the format " + webhook.getFormat() + ": its messages are not signed");
        }
        if (secret != null && secret.isBlank()) {
            throw new InvalidSettingException(key + "secret", "", "must not be blank");
        }
        AlertTemplate template =
                checked(key + "template", webhook.getTemplate(), () -> new AlertTemplate(webhook.getTemplate()));
        Duration timeout = positive(key + "timeout", webhook.getTimeout());
        if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidSettingException(
                    key + "timeout",
                    Durations.format(timeout),
                    "must be " + Durations.format(LONGEST_TIMEOUT) + " at most: the next alert waits for it");
        }
        Supplier<@Nullable WebhookTls> tls =
                tls(key + "ssl.bundle", webhook.getSsl().getBundle(), bundles);
        return checked(
                key + "url",
                SECRET,
                () -> new WebhookAlertChannel(
                        url, webhook.getFormat(), secret, template, timeout, InstantSource.system(), tls));
    }

    private static Supplier<@Nullable WebhookTls> tls(String key, @Nullable String name, @Nullable SslBundles bundles) {
        if (name == null) {
            return () -> null;
        }
        WebhookBundle bundle = new WebhookBundle(key, name, BundledTls.named(key, name, bundles));
        bundle.get(); // what cannot be used is told at the start
        return bundle;
    }

    private static <T> T checked(String key, String shown, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException unusable) {
            throw new InvalidSettingException(key, shown, Objects.requireNonNullElse(unusable.getMessage(), "is bad"));
        }
    }

    private static AlertSettings settings(ElasticJobAlertProperties properties) {
        ElasticJobAlertProperties.On on = properties.getOn();
        if (properties.getMaxPerMinute() < 1) {
            throw new InvalidSettingException(
                    PREFIX + "max-per-minute",
                    Integer.toString(properties.getMaxPerMinute()),
                    "must be at least 1, or no alert is ever sent");
        }
        Map<String, AlertSettings.OfJob> jobs = new LinkedHashMap<>();
        properties.getJobs().forEach((name, job) -> jobs.put(name, ofJob(PREFIX + "jobs." + name + ".", job)));
        return new AlertSettings(
                conditions(on),
                new AlertSettings.Thresholds(
                        notNegative(PREFIX + "on.failures-in-a-row", on.getFailuresInARow()),
                        notNegative(
                                PREFIX + "on.longer-than",
                                Optional.ofNullable(on.getLongerThan()).orElse(Duration.ZERO)),
                        notNegative(PREFIX + "on.registry-away", on.getRegistryAway())),
                properties.isRecovered(),
                new AlertSettings.Rate(
                        positive(PREFIX + "interval", properties.getInterval()), properties.getMaxPerMinute()),
                jobs);
    }

    private static AlertSettings.OfJob ofJob(String key, ElasticJobAlertProperties.Job job) {
        Integer failures = job.getFailuresInARow();
        Duration longest = job.getLongerThan();
        return new AlertSettings.OfJob(
                job.isEnabled(),
                failures == null ? null : notNegative(key + "failures-in-a-row", failures),
                longest == null ? null : notNegative(key + "longer-than", longest));
    }

    private static Set<AlertCondition> conditions(ElasticJobAlertProperties.On on) {
        Map<AlertCondition, Boolean> wanted = Map.ofEntries(
                Map.entry(AlertCondition.OVERDUE, on.isOverdue()),
                Map.entry(AlertCondition.DEADLINE_MISSED, on.isDeadlineMissed()),
                Map.entry(AlertCondition.FENCED, on.isFenced()),
                Map.entry(AlertCondition.PAUSED, on.isPaused()),
                Map.entry(AlertCondition.LOST, on.isLost()),
                Map.entry(AlertCondition.REFUSED, on.isRefused()),
                Map.entry(AlertCondition.UNREADABLE, on.isUnreadable()),
                Map.entry(AlertCondition.DATA_LOST, on.isDataLost()),
                Map.entry(AlertCondition.CLOCK_OFF, on.isClockOff()),
                Map.entry(AlertCondition.REGISTRY_CLOCK_STEPPED, on.isRegistryClockStepped()),
                Map.entry(AlertCondition.STUCK, on.isStuck()),
                Map.entry(AlertCondition.IMPAIRED, on.isImpaired()));
        return EnumSet.allOf(AlertCondition.class).stream()
                .filter(condition -> wanted.getOrDefault(condition, true))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(AlertCondition.class)));
    }

    private static int notNegative(String key, int value) {
        if (value < 0) {
            throw new InvalidSettingException(key, Integer.toString(value), "must not be negative; 0 is never");
        }
        return value;
    }

    private static Duration notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new InvalidSettingException(key, Durations.format(value), "must not be negative; 0s means never");
        }
        PropertyBounds.duration(key, value, Duration.ZERO, PropertyBounds.LONGEST);
        return value;
    }

    private static Duration positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new InvalidSettingException(key, Durations.format(value), "must be more than nothing, such as 10s");
        }
        PropertyBounds.duration(key, value, Duration.ZERO, PropertyBounds.LONGEST);
        return value;
    }

    /**
     * What is said of jobs that nobody here declares, one sentence each. They may be another application's, and so it is no
     * error.
     */
    static Collection<String> doubts(ElasticJobAlertProperties properties, Collection<String> declared) {
        return properties.getJobs().keySet().stream()
                .filter(name -> declared.stream()
                        .noneMatch(job -> NearestName.plain(job).equals(NearestName.plain(name))))
                .map(name -> PREFIX + "jobs." + name + " matches no job that this application declares"
                        + NearestName.hint(name, declared))
                .toList();
    }
}
