package io.elasticjob.boot.autoconfigure;

import io.elasticjob.alert.Alert;
import io.elasticjob.alert.AlertChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** Mails alerts as plain text, all recipients in one message. */
final class MailAlertChannel implements AlertChannel {

    private final JavaMailSender sender;
    private final List<String> recipients;
    private final @Nullable String from;

    /**
     * @param sender with time-outs, since the next alert waits for it
     * @param from null for whatever the sender puts there
     */
    public MailAlertChannel(JavaMailSender sender, List<String> recipients, @Nullable String from) {
        this.sender = sender;
        this.recipients = List.copyOf(recipients);
        this.from = from;
    }

    @Override
    public void send(Alert alert) {
        SimpleMailMessage message = new SimpleMailMessage();
        message.setTo(recipients.toArray(String[]::new));
        if (from != null) {
            message.setFrom(from);
        }
        message.setSubject(alert.headline());
        message.setText(alert.text());
        sender.send(message);
    }
}
