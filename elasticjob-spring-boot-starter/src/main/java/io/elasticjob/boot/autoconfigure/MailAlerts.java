package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.alert.AlertChannel;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.util.ClassUtils;

/** Makes the channel of e-mail. */
final class MailAlerts {

    private static final String TO = "elasticjob.alerts.mail.to";
    private static final String FROM = "elasticjob.alerts.mail.from";
    private static final String TIMEOUT_MILLIS = "10000";

    private MailAlerts() {}

    /**
     * @throws InvalidSettingException when there is no mail sender, or an address is none
     */
    static AlertChannel channel(ElasticJobAlertProperties.Mail mail, BeanFactory beans, @Nullable ClassLoader classes) {
        List<String> recipients = mail.getTo();
        if (!ClassUtils.isPresent("org.springframework.mail.javamail.JavaMailSender", classes)
                || !ClassUtils.isPresent("jakarta.mail.internet.InternetAddress", classes)) {
            throw new InvalidSettingException(
                    TO,
                    String.join(", ", recipients),
                    "needs a mail sender: add the dependency spring-boot-starter-mail and set spring.mail.host");
        }
        return Present.channel(recipients, mail.getFrom(), beans);
    }

    /** Loaded only where the classes of mail are. */
    static final class Present {

        static AlertChannel channel(List<String> recipients, @Nullable String from, BeanFactory beans) {
            recipients.forEach(recipient -> checkAddress(TO, recipient));
            if (from != null) {
                checkAddress(FROM, from);
            }
            JavaMailSender sender = beans.getBeanProvider(JavaMailSender.class).getIfUnique();
            if (sender == null) {
                throw new InvalidSettingException(
                        TO,
                        String.join(", ", recipients),
                        "needs one mail sender: set spring.mail.host, or make one JavaMailSender bean, primary if there"
                                + " are others");
            }
            return new MailAlertChannel(withTimeouts(sender), recipients, from);
        }

        private static void checkAddress(String key, String address) {
            try {
                new InternetAddress(address, true);
            } catch (AddressException malformed) {
                throw new InvalidSettingException(key, address, "is not an e-mail address: " + malformed.getMessage());
            }
        }

        /**
         * The sender, or one like it that does not wait for ever, as Jakarta Mail does by default. The application's own is
         * left as it is.
         */
        static JavaMailSender withTimeouts(JavaMailSender sender) {
            if (sender.getClass() != JavaMailSenderImpl.class || ((JavaMailSenderImpl) sender).getHost() == null) {
                return sender;
            }
            JavaMailSenderImpl given = (JavaMailSenderImpl) sender;
            JavaMailSenderImpl patient = new JavaMailSenderImpl();
            patient.setHost(given.getHost());
            patient.setPort(given.getPort());
            patient.setUsername(given.getUsername());
            patient.setPassword(given.getPassword());
            patient.setDefaultEncoding(given.getDefaultEncoding());
            String protocol = Objects.requireNonNullElse(given.getProtocol(), JavaMailSenderImpl.DEFAULT_PROTOCOL);
            patient.setProtocol(protocol);
            Properties properties = new Properties();
            properties.putAll(given.getJavaMailProperties());
            for (String timeout : List.of("connectiontimeout", "timeout", "writetimeout")) {
                properties.putIfAbsent("mail." + protocol + "." + timeout, TIMEOUT_MILLIS);
            }
            patient.setJavaMailProperties(properties);
            return patient;
        }
    }
}
