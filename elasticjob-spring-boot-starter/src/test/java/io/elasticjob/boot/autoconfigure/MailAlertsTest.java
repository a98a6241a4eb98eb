package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mail.javamail.JavaMailSenderImpl;

class MailAlertsTest {

    private final JavaMailSenderImpl given = new JavaMailSenderImpl();

    @Test
    void alertsAreMailedWithTimeoutsWhereTheApplicationHasNone() {
        given.setHost("smtp.example.org");
        given.setPort(2525);
        given.setProtocol("smtps");
        given.setUsername("jobs");
        given.setPassword("s3cret");
        given.setDefaultEncoding("UTF-8");
        given.getJavaMailProperties().setProperty("mail.smtps.timeout", "700");

        assertThat(MailAlerts.Present.withTimeouts(given))
                .isNotSameAs(given)
                .isInstanceOfSatisfying(JavaMailSenderImpl.class, patient -> {
                    assertThat(patient.getHost()).isEqualTo("smtp.example.org");
                    assertThat(patient.getPort()).isEqualTo(2525);
                    assertThat(patient.getProtocol()).isEqualTo("smtps");
                    assertThat(patient.getUsername()).isEqualTo("jobs");
                    assertThat(patient.getPassword()).isEqualTo("s3cret");
                    assertThat(patient.getDefaultEncoding()).isEqualTo("UTF-8");
                    assertThat(patient.getJavaMailProperties())
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "mail.smtps.timeout", "700",
                                    "mail.smtps.connectiontimeout", "10000",
                                    "mail.smtps.writetimeout", "10000"));
                });
        assertThat(given.getJavaMailProperties()).hasSize(1);
    }

    @Test
    void aSenderOfTheApplicationsOwnMakingIsTakenAsItIs() {
        JavaMailSenderImpl own = new JavaMailSenderImpl() {};
        own.setHost("smtp.example.org");

        assertThat(MailAlerts.Present.withTimeouts(own)).isSameAs(own);
        assertThat(MailAlerts.Present.withTimeouts(given)).as("without a host").isSameAs(given);
    }
}
