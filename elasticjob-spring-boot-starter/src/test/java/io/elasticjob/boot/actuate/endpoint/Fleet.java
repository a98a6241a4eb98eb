package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.OwnNetty;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.testing.http.Balancer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Instances of one namespace, on Spring MVC and on WebFlux, and a proxy before them that sends each request to the next. */
final class Fleet implements AutoCloseable {

    static final WebApplicationType MVC = WebApplicationType.SERVLET;
    static final WebApplicationType WEBFLUX = WebApplicationType.REACTIVE;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    final List<ConfigurableApplicationContext> instances = new ArrayList<>();
    private @Nullable Balancer balancer;

    /** Starts one more, of an application that the class is. */
    ConfigurableApplicationContext start(WebApplicationType type, Class<?> application, String... properties) {
        ConfigurableApplicationContext started = new SpringApplicationBuilder(application, OwnNetty.class)
                .web(type)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean("registry", Registry.class, () -> ensemble.client(Duration.ofSeconds(15))))
                .run(Stream.concat(
                                Stream.of(
                                        "--spring.application.name="
                                                + application.getSimpleName().toLowerCase(java.util.Locale.ROOT),
                                        "--elasticjob.namespace=fleet",
                                        "--elasticjob.instance.name=till-" + instances.size(),
                                        "--server.port=0",
                                        "--server.address=127.0.0.1",
                                        "--spring.main.banner-mode=off",
                                        "--management.endpoint.elasticjob.access=unrestricted",
                                        "--management.endpoints.web.exposure.include=elasticjob"),
                                Arrays.stream(properties).map(property -> "--" + property))
                        .toArray(String[]::new));
        instances.add(started);
        return started;
    }

    static int port(ConfigurableApplicationContext instance) {
        return ((WebServerApplicationContext) instance).getWebServer().getPort();
    }

    /** Of the proxy, which is there from the first call on. */
    int balanced() {
        if (balancer == null) {
            balancer = new Balancer(instances.stream().map(Fleet::port).toList());
        }
        return balancer.port();
    }

    static JsonNode get(int port, String path) {
        HttpResponse<String> answer = ask(port, null, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body());
    }

    static HttpResponse<String> ask(int port, @Nullable String user, String path) {
        return send(request(port, user, path).build());
    }

    static CompletableFuture<JsonNode> later(int port, String path) {
        return HTTP.sendAsync(request(port, null, path).build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    return json(answer.body());
                });
    }

    static HttpResponse<String> post(int port, @Nullable String user, String path, Map<String, String> fields) {
        return send(request(port, user, path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(fields)))
                .build());
    }

    static HttpResponse<String> delete(int port, @Nullable String user, String path) {
        return send(request(port, user, path).DELETE().build());
    }

    private static HttpRequest.Builder request(int port, @Nullable String user, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path));
        if (user != null) {
            byte[] credentials = (user + ":pw").getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
                    .header("X-Requested-With", "test");
        }
        return request;
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (balancer != null) {
            balancer.close();
        }
        instances.forEach(ConfigurableApplicationContext::close);
        time.close();
    }
}
