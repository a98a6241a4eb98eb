package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.gateway.GatewayLimits;
import io.elasticjob.text.VisibleText;
import java.net.URI;
import java.util.List;

/** What of the gateway's properties makes sense, told at the start and not when the first worker comes. */
final class GatewayBounds {

    private static final String PREFIX = "elasticjob.gateway.";
    private static final int MOST_WORKERS = 1_000_000;
    private static final int MOST_CREWS = 10_000;
    private static final int MOST_ADDRESSES = 100;

    private GatewayBounds() {}

    /** @throws InvalidSettingException naming the first that is out of its bounds */
    static GatewayLimits limits(ElasticJobGatewayProperties.Limits limits) {
        number("limits.workers", limits.getWorkers(), MOST_WORKERS);
        number("limits.crews", limits.getCrews(), MOST_CREWS);
        if (limits.getLogs().isNegative()) {
            throw new InvalidSettingException(
                    PREFIX + "limits.logs", limits.getLogs().toString(), "must not be negative");
        }
        return new GatewayLimits(
                limits.getWorkers(), limits.getCrews(), limits.getLogs().toBytes());
    }

    private static void number(String key, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidSettingException(
                    PREFIX + key, Integer.toString(value), "must be at least 1 and at most " + most);
        }
    }

    /** @throws InvalidSettingException naming the first at which no worker could reach anything */
    static void addresses(List<String> addresses) {
        if (addresses.size() > MOST_ADDRESSES) {
            throw new InvalidSettingException(
                    PREFIX + "addresses",
                    addresses.size() + " addresses",
                    "must be at most " + MOST_ADDRESSES + ": each worker gets all of them");
        }
        for (int i = 0; i < addresses.size(); i++) {
            if (!isAddress(addresses.get(i))) {
                throw new InvalidSettingException(
                        PREFIX + "addresses[" + i + "]",
                        VisibleText.of(addresses.get(i), 80),
                        "must be an address with http or https, such as https://s1:8443");
            }
        }
    }

    private static boolean isAddress(String text) {
        try {
            URI uri = URI.create(text);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            String authority = uri.getRawAuthority(); // a host as containers have it may have an underscore
            return isHttp
                    && authority != null
                    && authority.indexOf('@') < 0
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                    && text.length() <= 500;
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }
}
