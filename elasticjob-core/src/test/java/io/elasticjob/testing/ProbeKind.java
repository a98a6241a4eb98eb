package io.elasticjob.testing;

import io.elasticjob.HandlerKind;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.SettingForm;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;

/** A kind of handlers that only tests have, with a key of each sort, of which some misbehave. */
public final class ProbeKind implements HandlerKind {

    public static final JobKey TARGET = JobKey.named("probeTarget").name().build();
    public static final SettingForm<Duration> TIMEOUT_FORM = SettingForm.duration(Duration.ofHours(1));
    public static final JobKey TIMEOUT = JobKey.named("probeTimeout")
            .duration(Duration.ofHours(1))
            .defaultValue("30s")
            .documentation("How long a target may take.")
            .build();
    public static final SettingForm<SortedMap<String, String>> VARIABLES_FORM =
            SettingForm.pairs("variable", "region=eu,tier=1");
    public static final JobKey VARIABLES = JobKey.named("probeVariables")
            .pairs("variable", "region=eu,tier=1")
            .maxLength(1_000)
            .build();
    public static final JobKey SIZE =
            JobKey.named("probeSize").form(SettingForm.number(1, 9)).build();
    public static final JobKey TOKEN = JobKey.named("probeToken")
            .confidential()
            .form(token -> {
                if (!token.startsWith("t-")) {
                    throw new IllegalArgumentException("must begin with t-, not as " + token);
                }
                return token;
            })
            .build();
    /** The form of it fails in ways that no form should. */
    public static final JobKey BROKEN =
            JobKey.named("probeBroken").form(ProbeKind::broken).build();

    private static Object broken(String written) {
        return switch (written) {
            case "deep" -> throw new StackOverflowError("of a form");
            case "missing" -> throw new NoClassDefFoundError("com/example/Missing");
            case "state" -> throw new IllegalStateException("of a form");
            default -> written;
        };
    }

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(TARGET, TIMEOUT, VARIABLES, SIZE, TOKEN, BROKEN);
    }

    @Override
    public void check(JobDefinition job) {
        if (job.settings().containsKey(VARIABLES) && !job.settings().containsKey(TARGET)) {
            throw new InvalidSettingException(
                    job.name() + "." + VARIABLES.key(), "(variables)", "needs probeTarget: name what they are for");
        }
        if (job.settings().containsKey(TARGET)
                && job.setting(TARGET).orElseThrow().value().equals("explode")) {
            throw new UnsupportedOperationException("of a kind");
        }
    }
}
