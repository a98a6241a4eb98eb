package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.JobView;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

/** What roles and grants come to. */
class AccessRulesTest {

    private static final AccessRules.Values NEVER = new AccessRules.Values(Show.NEVER, Set.of(), new Sanitizer());

    /** Roles of the rules, roles of the user, and whether they may look at everything, and steer everything. */
    @ParameterizedTest
    @CsvSource({
        "'',   '',   '',     true,  true",
        "'',   OPS,  '',     true,  false",
        "'',   OPS,  OPS,    true,  true",
        "VIEW, '',   '',     true,  true",
        "VIEW, OPS,  '',     false, false",
        "VIEW, OPS,  VIEW,   true,  false",
        "VIEW, OPS,  OPS,    true,  true",
    })
    void rolesDecideAboutEverything(String viewers, String operators, String own, boolean views, boolean operates) {
        Rights rights =
                new AccessRules(new AccessRules.Roles(set(viewers), set(operators)), List.of(), NEVER).of(user(own));

        assertThat(rights.everything()).isEqualTo(new Rights.Everything(views, operates));
    }

    @Test
    void aGrantToOperateClosesTheRestForOperatorsAndOneToViewForAll() {
        Grant operating = new Grant("BILLING", true, Set.of("billing"), Map.of());
        Grant viewing = new Grant("AUDIT", false, Set.of("billing"), Map.of());

        assertThat(rules(operating).of(user("")).everything()).isEqualTo(new Rights.Everything(true, false));
        assertThat(rules(viewing).of(user("")).everything())
                .as("who may operate is not said, so that all may")
                .isEqualTo(new Rights.Everything(true, true));
        assertThat(rules(operating, viewing).of(user("")).everything()).isEqualTo(new Rights.Everything(false, false));
    }

    /** Labels of a job, and whether a grant for zone=eu covers it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zone=eu            | true",
                "zone=eu,disk=ssd   | true",
                "zone in (eu)       | true",
                "zone in (eu,us)    | false",
                "zone!=us           | false",
                "zone               | false",
                "''                 | false",
            })
    void aGrantByLabelsCoversWhatCanRunNowhereElse(String labels, boolean isCovered) {
        Grant grant = new Grant("EU", true, Set.of(), Map.of("zone", "eu"));

        assertThat(grant.covers(job("shop", labels))).isEqualTo(isCovered);
    }

    @Test
    void applicationAndLabelsBothCount() {
        Grant grant = new Grant("EU", true, Set.of("shop"), Map.of("zone", "eu"));

        assertThat(grant.covers(job("shop", "zone=eu"))).isTrue();
        assertThat(grant.covers(job("billing", "zone=eu"))).isFalse();
        assertThat(grant.covers(job("", "zone=eu")))
                .as("one that was made at run time")
                .isFalse();
        assertThat(grant.covers("shop", Map.of("zone", "eu", "disk", "ssd"))).isTrue();
        assertThat(grant.covers("shop", Map.of())).isFalse();
    }

    private static AccessRules rules(Grant... grants) {
        return new AccessRules(new AccessRules.Roles(Set.of(), Set.of()), List.of(grants), NEVER);
    }

    private static Set<String> set(String role) {
        return role.isEmpty() ? Set.of() : Set.of(role);
    }

    private static SecurityContext user(String role) {
        return new SecurityContext() {
            @Override
            public @Nullable Principal getPrincipal() {
                return () -> "somebody";
            }

            @Override
            public boolean isUserInRole(String asked) {
                return asked.equals(role);
            }
        };
    }

    private static JobView job(String application, String labels) {
        JobDefinition definition = labels.isEmpty()
                ? JobDefinition.named("job").build()
                : JobDefinition.named("job").set(JobKey.LABELS, labels).build();
        return new JobView(
                StoredJob.declared(definition, application, Instant.EPOCH),
                definition,
                Assignment.none(1),
                List.of(),
                Map.of(),
                null);
    }
}
