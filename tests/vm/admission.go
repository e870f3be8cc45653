// SPDX-License-Identifier: Apache-2.0

// Usage: admission POLICIES.yaml <REQUESTS
//
// Decides requests as kube-apiserver does: with its admission plugin for
// ValidatingAdmissionPolicy, which gets the policies from a client in memory. Standard input
// has requests as JSON; for each, standard output has a line, "allowed" or why it is denied.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
)

type request struct {
	Operation   admission.Operation
	Resource    string
	Subresource string
	Labels      map[string]string // of the namespace
	Object      json.RawMessage
	Old         json.RawMessage
}

var decoder = scheme.Codecs.UniversalDeserializer()

// A nil object for null.
func decode(text []byte) runtime.Object {
	if string(text) == "null" {
		return nil
	}
	object, _, err := decoder.Decode(text, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	return object
}

// What the API server adds to a policy that it stores.
func setDefaults(object runtime.Object) {
	policy, ok := object.(*admissionv1.ValidatingAdmissionPolicy)
	if !ok {
		return
	}
	match := policy.Spec.MatchConstraints
	equivalent, all := admissionv1.Equivalent, admissionv1.AllScopes
	match.MatchPolicy = &equivalent
	match.NamespaceSelector = &metav1.LabelSelector{}
	match.ObjectSelector = &metav1.LabelSelector{}
	for i := range match.ResourceRules {
		match.ResourceRules[i].Scope = &all
	}
}

func readPolicies(path string) (objects []runtime.Object) {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	reader := yaml.NewYAMLReader(bufio.NewReader(file))
	for {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err == nil {
			text, err = yaml.ToJSON(text)
		}
		if err != nil {
			log.Fatal(err)
		}
		if string(text) != "null" {
			object := decode(text)
			setDefaults(object)
			objects = append(objects, object)
		}
	}
}

func newPlugin(ctx context.Context, policies []runtime.Object, namespace *corev1.Namespace) *validating.Plugin {
	client := fake.NewSimpleClientset(append(policies, namespace)...)
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		log.Fatal(err)
	}
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetDynamicClient(dynamicfake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetRESTMapper(meta.NewDefaultRESTMapper([]schema.GroupVersion{corev1.SchemeGroupVersion}))
	plugin.SetDrainedNotification(ctx.Done())
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysDenyAuthorizer())
	if err := plugin.ValidateInitialization(); err != nil {
		log.Fatal(err)
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return plugin
}

func decide(policies []runtime.Object, asked request) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team", Labels: asked.Labels}}
	object, old := decode(asked.Object), decode(asked.Old)
	kind := object.GetObjectKind().GroupVersionKind()
	attributes := admission.NewAttributesRecord(object, old, kind, namespace.Name, "web",
		corev1.SchemeGroupVersion.WithResource(asked.Resource), asked.Subresource,
		asked.Operation, nil, false, &user.DefaultInfo{Name: "author"})

	return newPlugin(ctx, policies, namespace).Validate(ctx, attributes,
		admission.NewObjectInterfacesFromScheme(scheme.Scheme))
}

func main() {
	log.SetFlags(0)
	policies := readPolicies(os.Args[1])
	requests := json.NewDecoder(os.Stdin)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if err := decide(policies, asked); err != nil {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("allowed")
		}
	}
}
