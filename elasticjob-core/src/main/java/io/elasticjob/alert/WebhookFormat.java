package io.elasticjob.alert;

import io.elasticjob.codec.Json;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What a webhook wants to be sent, and how it says that it did not like it. */
public enum WebhookFormat {

    /** A document of our own, for programs. Taken with any status of 200 to 299. */
    JSON(false) {
        @Override
        Map<String, Object> document(Alert alert, String text) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("format", 1);
            document.put("state", alert.state());
            document.put("condition", alert.condition().key());
            document.put("namespace", alert.origin().namespace());
            document.put("application", alert.origin().application());
            document.put("instance", alert.origin().instance());
            document.put("job", alert.subject().job());
            document.put("shard", alert.subject().shard());
            document.put("execution", alert.subject().execution());
            document.put("what", alert.message().what());
            document.put("detail", alert.message().detail());
            document.put("at", alert.period().at());
            document.put("since", alert.period().since());
            document.put("suppressed", alert.suppressed());
            document.put("text", text);
            return document;
        }
    },

    /** An incoming webhook of Slack, or of what understands the same, such as Mattermost. */
    SLACK(false) {
        @Override
        Map<String, Object> document(Alert alert, String text) {
            return Map.of(
                    "text", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        }
    },

    /** A custom robot of a DingTalk group. With a secret the time and a signature of it are added to the query. */
    DINGTALK(true) {
        @Override
        Map<String, Object> document(Alert alert, String text) {
            return Map.of("msgtype", "text", "text", Map.of("content", text));
        }

        @Override
        URI signed(URI address, String secret, Instant now) {
            long timestamp = now.toEpochMilli();
            String sign = hmac(secret, timestamp + "\n" + secret);
            return URI.create(address + (address.getRawQuery() == null ? "?" : "&") + "timestamp=" + timestamp
                    + "&sign=" + URLEncoder.encode(sign, StandardCharsets.UTF_8));
        }

        @Override
        Optional<String> refusal(byte[] answer) {
            return code(answer, "errcode", "errmsg");
        }
    },

    /** A robot of a WeCom group. */
    WECOM(false) {
        @Override
        Map<String, Object> document(Alert alert, String text) {
            String harmless = text.replace("<@", "< @"); // it would call somebody
            return Map.of("msgtype", "text", "text", Map.of("content", cut(harmless, 2048)));
        }

        @Override
        Optional<String> refusal(byte[] answer) {
            return code(answer, "errcode", "errmsg");
        }
    },

    /** A custom bot of a Feishu or Lark group. With a secret the time and a signature of it are added to the document. */
    FEISHU(true) {
        @Override
        Map<String, Object> document(Alert alert, String text) {
            String harmless = text.replace("<at", "< at"); // it would call somebody
            return Map.of("msg_type", "text", "content", Map.of("text", harmless));
        }

        @Override
        Map<String, Object> signed(Map<String, Object> document, String secret, Instant now) {
            String timestamp = Long.toString(now.getEpochSecond());
            Map<String, Object> signed = new LinkedHashMap<>();
            signed.put("timestamp", timestamp);
            signed.put("sign", hmac(timestamp + "\n" + secret, ""));
            signed.putAll(document);
            return signed;
        }

        @Override
        Optional<String> refusal(byte[] answer) {
            Map<String, Object> members = Json.read(answer);
            return members.containsKey("code")
                    ? code(answer, "code", "msg")
                    : code(answer, "StatusCode", "StatusMessage");
        }
    };

    /** What is longer helps nobody, and some receivers refuse it; in bytes of UTF-8. */
    private static final int LONGEST_TEXT = 8192;

    private final boolean takesSecret;

    WebhookFormat(boolean takesSecret) {
        this.takesSecret = takesSecret;
    }

    /** Whether messages can be signed with a secret. */
    public boolean takesSecret() {
        return takesSecret;
    }

    /** The body of a request. */
    byte[] body(Alert alert, String text, @Nullable String secret, Instant now) {
        Map<String, Object> document = document(alert, cut(text, LONGEST_TEXT));
        return Json.write(secret == null ? document : signed(document, secret, now));
    }

    /** Where to send it. */
    URI address(URI address, @Nullable String secret, Instant now) {
        return secret == null ? address : signed(address, secret, now);
    }

    abstract Map<String, Object> document(Alert alert, String text);

    URI signed(URI address, String secret, Instant now) {
        return address;
    }

    Map<String, Object> signed(Map<String, Object> document, String secret, Instant now) {
        return document;
    }

    /**
     * What the answer complains about though its status is 200; empty when it took the message.
     *
     * @throws IllegalArgumentException when it is not an answer of such a receiver
     */
    Optional<String> refusal(byte[] answer) {
        return Optional.empty();
    }

    private static Optional<String> code(byte[] answer, String code, String message) {
        Map<String, Object> members = Json.read(answer);
        Object number = members.get(code);
        if (number == null) {
            throw new IllegalArgumentException("it has no " + code);
        }
        return isZero(number) ? Optional.empty() : Optional.of(code + " " + number + ": " + members.get(message));
    }

    /** However a receiver writes it: {@code 0}, {@code 0.0} or {@code "0"}. */
    private static boolean isZero(Object code) {
        try {
            return new BigDecimal(String.valueOf(code).strip()).signum() == 0;
        } catch (NumberFormatException none) {
            return false;
        }
    }

    /** HMAC-SHA256 in Base64. */
    private static String hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** The beginning of the text, as many characters as fit in so many bytes of UTF-8; with an ellipsis where it is cut. */
    static String cut(String text, int bytes) {
        if (text.getBytes(StandardCharsets.UTF_8).length <= bytes) {
            return text;
        }
        String ellipsis = "…";
        int room = bytes - ellipsis.getBytes(StandardCharsets.UTF_8).length;
        int end = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            room -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (room < 0) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end) + ellipsis;
    }
}
