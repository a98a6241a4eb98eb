package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.alert.Alert;
import io.elasticjob.alert.AlertCondition;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.MimeMessage;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mail.MailException;
import org.springframework.mail.javamail.JavaMailSenderImpl;

class MailAlertChannelTest {

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void anAlertIsMailedToAllInOneMessage() throws Exception {
        Alert alert = alert("grüße");
        new MailAlertChannel(sender(), List.of("ops@example.org", "boss@example.org"), "jobs@example.org").send(alert);

        MimeMessage[] received = server.getReceivedMessages();
        assertThat(received).hasSize(2); // one for each mailbox
        MimeMessage message = received[0];
        assertThat(message.getSubject()).isEqualTo("[ElasticJob] grüße: failed 3 times in a row");
        assertThat(message.getContent().toString().strip().replace("\r\n", "\n"))
                .isEqualTo(alert.text());
        assertThat(message.getFrom()[0]).hasToString("jobs@example.org");
        assertThat(Arrays.stream(message.getRecipients(RecipientType.TO)).map(Object::toString))
                .containsExactly("ops@example.org", "boss@example.org");
    }

    @Test
    void aServerThatIsNotThereIsAFailure() {
        JavaMailSenderImpl sender = sender();
        server.stop();

        assertThatThrownBy(() -> new MailAlertChannel(sender, List.of("ops@example.org"), null).send(alert("orders")))
                .isInstanceOf(MailException.class);
    }

    private JavaMailSenderImpl sender() {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost("127.0.0.1");
        sender.setPort(server.getSmtp().getPort());
        sender.setDefaultEncoding("UTF-8");
        return sender;
    }

    private static Alert alert(String job) {
        Instant noon = Instant.parse("2026-03-02T12:00:00Z");
        return new Alert(
                AlertCondition.FAILURES_IN_A_ROW,
                Alert.State.RAISED,
                new Alert.Subject(job, 0, new ExecutionId(job, new Firing.Scheduled(noon), 0, 1)),
                new Alert.Message("failed 3 times in a row", "java.io.IOException: disk full"),
                new Alert.Period(noon, noon),
                new Alert.Origin("retail", "shop", "till-7.x"),
                0);
    }
}
