package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.HttpGateway;
import io.elasticjob.gateway.wire.ProblemException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** As {@link ServletGatewaySecurity}, under Spring WebFlux. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({SecurityWebFilterChain.class, ServerHttpSecurity.class})
@ConditionalOnMissingBean(name = "elasticJobGatewaySecurity")
class ReactiveGatewaySecurity {

    /** Who a JWT says to be that its issuer has signed, and that is valid. */
    interface Subjects {

        /** Whether it can tell of any. */
        boolean canRead();

        /** Empty for a token that is not valid; a {@link ProblemException} when that cannot be told at present. */
        Mono<String> of(String token);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ReactiveJwtDecoder.class)
    static class Jwts {

        @Bean
        JwtSubjects elasticJobGatewaySubjects(
                ElasticJobGatewayProperties properties, ObjectProvider<ReactiveJwtDecoder> decoders) {
            return new JwtSubjects(properties.getSubjectClaim(), decoders.getIfUnique());
        }
    }

    /** By Spring Security's decoder, which Boot makes for a resource server. */
    static final class JwtSubjects implements Subjects {

        private final String claim;
        private final @Nullable ReactiveJwtDecoder decoder;

        JwtSubjects(String claim, @Nullable ReactiveJwtDecoder decoder) {
            this.claim = claim;
            this.decoder = decoder;
        }

        @Override
        public boolean canRead() {
            return decoder != null;
        }

        @Override
        public Mono<String> of(String token) {
            if (decoder == null) {
                return Mono.empty();
            }
            return Mono.defer(() -> decoder.decode(token))
                    .mapNotNull(jwt -> jwt.getClaimAsString(claim))
                    .onErrorResume(BadJwtException.class, invalid -> Mono.empty())
                    .onErrorMap(Undecided::because);
        }
    }

    @Bean
    KnownClients elasticJobGatewayClients(
            ElasticJobGatewayProperties properties, Environment environment, ObjectProvider<Subjects> subjects) {
        return KnownClients.of(properties, environment, subjects.stream().anyMatch(Subjects::canRead));
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 100)
    SecurityWebFilterChain elasticJobGatewaySecurity(
            ServerHttpSecurity http,
            ElasticJobGatewayProperties properties,
            KnownClients clients,
            ObjectProvider<Subjects> subjects) {
        return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher(
                        ElasticJobGatewayAutoConfiguration.path(properties) + "/**"))
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                .authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                .addFilterAt(
                        new ClientFilter(clients, subjects.getIfAvailable()), SecurityWebFiltersOrder.AUTHENTICATION)
                .build();
    }

    /** Authenticates the clients that are known here. */
    private record ClientFilter(
            KnownClients clients, @Nullable Subjects subjects) implements WebFilter {

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return client(exchange)
                    .map(Optional::of)
                    .defaultIfEmpty(Optional.empty())
                    .flatMap(known -> known.isEmpty()
                            ? chain.filter(exchange)
                            : chain.filter(exchange)
                                    .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                                            new GatewayAuthentication(known.get()))))
                    .onErrorResume(
                            ProblemException.class,
                            undecided -> refuse(exchange.getResponse(), HttpGateway.problem(undecided)));
        }

        private Mono<String> client(ServerWebExchange exchange) {
            String authorization = exchange.getRequest().getHeaders().getFirst("Authorization");
            if (authorization == null || !KnownClients.showsToken(authorization)) {
                SslInfo tls = exchange.getRequest().getSslInfo();
                return Mono.justOrEmpty(clients.ofCertificates(tls == null ? null : tls.getPeerCertificates()));
            }
            String token = KnownClients.token(authorization);
            Optional<String> known = clients.ofToken(token);
            return known.isPresent() || subjects == null || !clients.haveSubjects()
                    ? Mono.justOrEmpty(known)
                    : subjects.of(token).flatMap(subject -> Mono.justOrEmpty(clients.ofSubject(subject)));
        }

        private static Mono<Void> refuse(ServerHttpResponse response, HttpGateway.Reply reply) {
            response.setStatusCode(HttpStatusCode.valueOf(reply.status()));
            response.getHeaders().setContentType(MediaType.parseMediaType(reply.contentType()));
            if (reply.retryAfterSeconds() > 0) {
                response.getHeaders().set("Retry-After", String.valueOf(reply.retryAfterSeconds()));
            }
            return response.writeWith(Mono.just(response.bufferFactory().wrap(reply.body())));
        }
    }
}
