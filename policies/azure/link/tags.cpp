// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/tags.h"

#include <algorithm>
#include <array>

#include "policies/azure/resource.h"

namespace polreach::azure {
namespace {

/// Azure documentation, "Virtual network service tags".
constexpr std::array<std::string_view, 103> kTags = {"VirtualNetwork",
                                                     "Internet",
                                                     "AzureLoadBalancer",
                                                     "AzurePlatformDNS",
                                                     "AzurePlatformIMDS",
                                                     "AzurePlatformLKM",
                                                     "ActionGroup",
                                                     "ApiManagement",
                                                     "ApplicationInsightsAvailability",
                                                     "AppConfiguration",
                                                     "AppService",
                                                     "AppServiceManagement",
                                                     "AutonomousDevelopmentPlatform",
                                                     "AzureActiveDirectory",
                                                     "AzureActiveDirectoryDomainServices",
                                                     "AzureAdvancedThreatProtection",
                                                     "AzureAPIForFHIR",
                                                     "AzureArcInfrastructure",
                                                     "AzureAttestation",
                                                     "AzureBackup",
                                                     "AzureBotService",
                                                     "AzureCloud",
                                                     "AzureCognitiveSearch",
                                                     "AzureConnectors",
                                                     "AzureContainerRegistry",
                                                     "AzureCosmosDB",
                                                     "AzureDatabricks",
                                                     "AzureDataExplorerManagement",
                                                     "AzureDataLake",
                                                     "AzureDeviceUpdate",
                                                     "AzureDevOps",
                                                     "AzureDevSpaces",
                                                     "AzureDigitalTwins",
                                                     "AzureEventGrid",
                                                     "AzureFrontDoor",
                                                     "AzureHealthcareAPIs",
                                                     "AzureInformationProtection",
                                                     "AzureIoTHub",
                                                     "AzureKeyVault",
                                                     "AzureLoadTestingInstanceManagement",
                                                     "AzureMachineLearning",
                                                     "AzureMachineLearningInference",
                                                     "AzureManagedGrafana",
                                                     "AzureMonitor",
                                                     "AzureMonitorForSAP",
                                                     "AzureOpenDatasets",
                                                     "AzurePortal",
                                                     "AzureResourceManager",
                                                     "AzureSentinel",
                                                     "AzureSignalR",
                                                     "AzureSiteRecovery",
                                                     "AzureSphere",
                                                     "AzureSpringCloud",
                                                     "AzureStack",
                                                     "AzureTrafficManager",
                                                     "AzureUpdateDelivery",
                                                     "AzureVideoAnalyzerForMedia",
                                                     "AzureWebPubSub",
                                                     "BatchNodeManagement",
                                                     "ChaosStudio",
                                                     "CognitiveServicesFrontend",
                                                     "CognitiveServicesManagement",
                                                     "DataFactory",
                                                     "DataFactoryManagement",
                                                     "Dynamics365BusinessCentral",
                                                     "Dynamics365ForMarketingEmail",
                                                     "EOPExternalPublishedIPs",
                                                     "EventHub",
                                                     "GatewayManager",
                                                     "GuestAndHybridManagement",
                                                     "HDInsight",
                                                     "KustoAnalytics",
                                                     "LogicApps",
                                                     "LogicAppsManagement",
                                                     "M365ManagementActivityApi",
                                                     "M365ManagementActivityApiWebhook",
                                                     "Marketplace",
                                                     "MicrosoftAzureFluidRelay",
                                                     "MicrosoftCloudAppSecurity",
                                                     "MicrosoftContainerRegistry",
                                                     "MicrosoftDefenderForEndpoint",
                                                     "MicrosoftPurviewPolicyDistribution",
                                                     "OneDsCollector",
                                                     "PowerBI",
                                                     "PowerPlatformInfra",
                                                     "PowerPlatformPlex",
                                                     "PowerQueryOnline",
                                                     "SCCservice",
                                                     "Scuba",
                                                     "SecurityCopilot",
                                                     "SerialConsole",
                                                     "ServiceBus",
                                                     "ServiceFabric",
                                                     "Sql",
                                                     "SqlManagement",
                                                     "Storage",
                                                     "StorageSyncService",
                                                     "WindowsAdminCenter",
                                                     "AzureSecurityCenter",
                                                     "Grafana",
                                                     "StorageMover",
                                                     "VideoIndexer",
                                                     "WindowsVirtualDesktop"};

struct Classic {
  std::string_view text;
  std::string_view tag;
};
constexpr std::array<Classic, 3> kClassic = {{{"INTERNET", "Internet"},
                                              {"VIRTUAL_NETWORK", "VirtualNetwork"},
                                              {"AZURE_LOADBALANCER", "AzureLoadBalancer"}}};

std::string_view base_of(std::string_view text) { return text.substr(0, text.find('.')); }

std::optional<std::string_view> built_in(std::string_view text) {
  for (const Classic& classic : kClassic) {
    if (same_name(classic.text, text)) return classic.tag;
  }
  for (std::string_view tag : kTags) {
    if (same_name(tag, text)) return tag;
  }
  return std::nullopt;
}

/// Whether one insertion, deletion, change or swap of neighbours turns one into the other.
bool one_edit(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto rest = std::mismatch(a.begin(), a.end(), b.begin());
  const std::string_view x(rest.first, a.end());
  const std::string_view y(rest.second, b.end());
  if (x.empty()) return true;
  if (a.size() != b.size()) return y.substr(1) == x;
  if (y.substr(1) == x.substr(1)) return true;
  return x.size() > 1 && x[0] == y[1] && x[1] == y[0] && x.substr(2) == y.substr(2);
}

}  // namespace

bool looks_like_tag(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || text.size() > 128 || !letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

std::string canonical_tag(std::string_view text, const model::ServiceTags& tags) {
  const auto known = tags.tags.find(lower(text));
  if (known != tags.tags.end()) return known->second.name;
  if (const auto tag = built_in(text)) return std::string(*tag);
  const std::string_view base = base_of(text);
  if (const auto tag = built_in(base))
    return std::string(*tag) + std::string(text.substr(base.size()));
  return std::string(text);
}

std::optional<std::string> misspelt_tag(std::string_view text, const model::ServiceTags& tags) {
  const std::string_view base = base_of(text);
  if (built_in(base) || tags.tags.contains(lower(text)) || tags.tags.contains(lower(base))) {
    return std::nullopt;
  }
  const std::string word = lower(base);
  for (std::string_view tag : kTags) {
    if (tag.size() > 3 && one_edit(word, lower(tag))) {
      return std::string(tag) + std::string(text.substr(base.size()));
    }
  }
  return std::nullopt;
}

}  // namespace polreach::azure
